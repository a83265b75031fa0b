"""Sessions of single tests, on a gateway of the module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gateway import Gateway

import ray_client as ray


@pytest.fixture
def context(gateway: Gateway) -> Iterator[ray.ClientContext]:
    """A session."""
    context = ray.init(gateway.address, namespace="api", log_to_driver=False, direct=False)
    yield context
    ray.shutdown()
