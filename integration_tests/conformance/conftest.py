"""A session for each test module, natively or through the client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import Head

from conformance.api import IS_NATIVE, ray


@pytest.fixture(scope="module", autouse=True)
def session(request: pytest.FixtureRequest, head: Head) -> Iterator[None]:
    """A connection of the module under test, with a namespace named for the test module."""
    namespace = f"conformance-{Path(str(request.node.path)).stem}"
    if IS_NATIVE:
        ray.init(address=head.address, namespace=namespace, log_to_driver=False)
    else:
        # A laptop is another machine: the way past the gateway is not for it.
        ray.init(request.getfixturevalue("gateway").address, namespace=namespace, log_to_driver=False, direct=False)
    try:
        yield
    finally:
        ray.shutdown()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out natively what Ray itself does not promise, and expect what differs on purpose to fail on one side."""
    side = "ray" if IS_NATIVE else "client"
    for item in items:
        if IS_NATIVE and item.get_closest_marker("client_only"):
            item.add_marker(pytest.mark.skip(reason="promised by the client only"))
        for mark in item.iter_markers("difference"):
            if mark.kwargs["holds_on"] != side:
                item.add_marker(pytest.mark.xfail(reason=mark.args[0], strict=True))
