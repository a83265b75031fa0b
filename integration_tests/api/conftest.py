"""Sessions of single tests, on a gateway of the module."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator

import pytest
from gateway import Gateway

import ray_client as ray


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Read what a test prints. Not from its fixture: between a test's phases pytest puts its own streams in place."""
    with pyfuncitem.funcargs.get("output") or contextlib.nullcontext():
        return (yield)


@pytest.fixture
def context(gateway: Gateway) -> Iterator[ray.ClientContext]:
    """A session."""
    context = ray.init(gateway.address, namespace="api", log_to_driver=False, direct=False)
    yield context
    ray.shutdown()
