"""A session for the programs of Ray's libraries; the cluster has `ray[data,tune,train,serve]` (`nox -s libraries`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gateway import Gateway

import ray_client as ray


@pytest.fixture(scope="module")
def context(gateway: Gateway) -> Iterator[ray.ClientContext]:
    """A session of the module: to import a library in its driver takes seconds."""
    context = ray.init(gateway.address, namespace="libraries", log_to_driver=False)
    yield context
    ray.shutdown()
