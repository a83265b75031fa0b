"""A session through a relay that can be told to misbehave."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fault_relay import FaultRelay
from gateway import Gateway

import ray_client as ray


@pytest.fixture
def relay(gateway: Gateway) -> Iterator[FaultRelay]:
    """A relay to the gateway."""
    with FaultRelay(gateway.port) as relay:
        yield relay


@pytest.fixture
def context(relay: FaultRelay) -> Iterator[ray.ClientContext]:
    """A session through the relay; it is closed without it, so that no test waits for the cut to heal."""
    context = ray.init(relay.address, log_to_driver=False, direct=False)
    yield context
    relay.accept()
    relay.resume()
    ray.shutdown()
