"""One session for the suite, with a gateway that the matrix has started, or with one of the rig."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest
from fault_relay import FaultRelay

import ray_client as ray
from compat import NOT_THERE
from compat.marks import is_older
from ray_client import errors

PORT_VARIABLE = "RAY_CLIENT_COMPAT_PORT"


@pytest.fixture(scope="session")
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """Where the gateway listens."""
    if given := os.environ.get(PORT_VARIABLE):
        yield int(given)
        return
    from ways import serving  # not above: releases before sockets, which the matrix runs, have not what it needs

    with serving(request.getfixturevalue("head")) as gateway:
        yield gateway.port


@pytest.fixture(scope="session")
def address(port: int) -> str:
    """What a user passes to `init`."""
    return f"ray://127.0.0.1:{port}"


@pytest.fixture(scope="session", autouse=True)
def context(address: str) -> Iterator[ray.ClientContext]:
    """The session of module-level functions, as of another machine, unless the run is of the way past the gateway."""
    is_local = os.environ.get("RAY_CLIENT_WAY") == "local"
    yield ray.init(address, namespace="compat", log_to_driver=False, direct=is_local, connect_timeout_s=60)
    ray.shutdown()


@pytest.fixture
def relay(port: int) -> Iterator[FaultRelay]:
    """A relay to the gateway that can be told to misbehave."""
    with FaultRelay(port) as relay:
        yield relay


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark of `marks.since` known."""
    config.addinivalue_line("markers", "since(client, server): newer than the oldest release of the window")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what the client does not have."""
    client = version("ray-client")
    for item in items:
        for mark in item.iter_markers("since"):
            if is_older(client, mark.kwargs["client"]):
                reason = f"{NOT_THERE}since client {mark.kwargs['client']}, and this is {client}"
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Expect of a case which the server is too old for that the client says so."""
    mark = pyfuncitem.get_closest_marker("since")
    if mark is None or not is_older(_server_version(pyfuncitem), mark.kwargs["server"]):
        return (yield)
    needed, server = mark.kwargs["server"], _server_version(pyfuncitem)
    try:
        yield
    except errors.ServerTooOldError as refusal:
        pytest.skip(f"{NOT_THERE}since server {needed}, and this is {server}; the client says: {refusal}")
    pytest.fail(f"marked as new in server {needed}, but it works with {server}")


def _server_version(item: pytest.Function) -> str:
    context: Any = item._request.getfixturevalue("context")
    return str(context.server_version)
