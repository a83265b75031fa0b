"""A session for each test module, natively or through the client."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import ways
from cluster import Head, cluster_ray
from gateway import Gateway

from conformance.api import IS_NATIVE, OPENS_VALUES, ray
from conformance.marks import is_older
from ray_client_proto.wire import unopened


@pytest.fixture(scope="module")
def gateway(head: Head) -> Iterator[Gateway]:
    """A gateway on the head, of a release that opens all values if that was asked for."""
    with ways.serving(head, [unopened.CAPABILITY] if OPENS_VALUES else []) as gateway:
        yield gateway


@pytest.fixture(scope="module", autouse=True)
def session(request: pytest.FixtureRequest, head: Head) -> Iterator[None]:
    """A connection of the module under test, with a namespace named for the test module."""
    namespace = f"conformance-{Path(str(request.node.path)).stem}"
    if IS_NATIVE:
        ray.init(address=head.address, namespace=namespace, log_to_driver=False)
        session_id = ""
    else:
        gateway: Gateway = request.getfixturevalue("gateway")
        # A laptop is another machine: the way past the gateway is not for it.
        options = {"namespace": namespace, "log_to_driver": False, "direct": ways.IS_LOCAL}
        session_id = ray.init(gateway.address, **options).session_id
    try:
        yield
        if session_id:
            ways.check_way(gateway, session_id)
    finally:
        ray.shutdown()


@pytest.fixture(scope="session", autouse=True)
def ray_version(record_testsuite_property: Callable[[str, object], None]) -> None:
    """Note in the report which Ray the cluster has."""
    record_testsuite_property("ray", cluster_ray())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out natively what Ray itself does not promise, and expect what differs, or is newer, to fail."""
    side = "ray" if IS_NATIVE else "client"
    for item in items:
        if IS_NATIVE and item.get_closest_marker("client_only"):
            item.add_marker(pytest.mark.skip(reason="promised by the client only"))
        if OPENS_VALUES and item.get_closest_marker("needs_closed_values"):
            item.add_marker(pytest.mark.skip(reason="a driver that opens all values cannot do it"))
        for mark in item.iter_markers("difference"):
            if mark.kwargs["holds_on"] != side:
                item.add_marker(pytest.mark.xfail(reason=mark.args[0], strict=True))
        for mark in list(item.iter_markers("since_ray")):  # it gets others below
            if is_older(cluster_ray(), mark.args[0]):
                _expect_of_older_ray(item, *mark.args, **mark.kwargs)


def _expect_of_older_ray(
    item: pytest.Item, version: str, reason: str, *, client_has_it: bool, refused_with: str, hangs: bool
) -> None:
    said = f"Ray {version}: {reason}"
    if IS_NATIVE or not client_has_it:
        raises: type[BaseException] | None = None
        if refused_with and not IS_NATIVE:
            raises = getattr(builtins, refused_with, None) or getattr(ray.errors, refused_with)
            said += f" ({refused_with})"
        mark = pytest.mark.xfail(reason=said, strict=True, run=not hangs, raises=raises)
        item.add_marker(mark, append=False)  # before a `difference`, which may be one for want of a newer Ray only
