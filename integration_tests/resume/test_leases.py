"""How long a silent session is kept, and what its client hears afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conformance.actors import Counter
from fault_relay import FaultRelay
from gateway import Gateway
from processes import poll

import ray_client as ray
from ray_client.errors import SessionLostError


@pytest.fixture
def short_lease(relay: FaultRelay) -> Iterator[ray.ClientContext]:
    context = ray.init(relay.address, log_to_driver=False, direct=False, lease_s=1.5)
    yield context
    ray.shutdown()


def test_within_the_lease_the_session_goes_on(relay: FaultRelay, context: ray.ClientContext) -> None:
    counter = Counter.remote()
    assert ray.get(counter.increment.remote()) == 1
    relay.refuse()
    ref = counter.increment.remote()
    with pytest.raises(ray.exceptions.GetTimeoutError):
        ray.get(ref, timeout=1.0)
    relay.accept()
    assert ray.get(ref) == 2
    assert context.is_connected


def test_beyond_the_lease_the_session_is_lost(
    relay: FaultRelay, short_lease: ray.ClientContext, gateway: Gateway
) -> None:
    counter = Counter.remote()
    assert ray.get(counter.increment.remote()) == 1
    drivers = set(gateway.driver_pids())
    waiting = counter.increment.remote()
    relay.refuse()
    with pytest.raises(SessionLostError) as caught:
        ray.get(waiting)
        ray.get(counter.increment.remote())
    assert caught.value.session_id == short_lease.session_id
    assert short_lease.session_id in str(caught.value)
    with pytest.raises(SessionLostError):
        counter.increment.remote()
    assert not ray.is_initialized()
    assert poll(lambda: drivers - set(gateway.driver_pids()) != set(), within_s=10), "its driver still lives"


def test_a_client_that_comes_back_too_late_is_told_so(relay: FaultRelay, gateway: Gateway) -> None:
    context = ray.init(relay.address, log_to_driver=False, direct=False, lease_s=1)
    try:
        assert ray.get(ray.put(1)) == 1
        drivers = set(gateway.driver_pids())
        relay.stall()  # the client notices nothing
        relay.refuse()
        assert poll(lambda: drivers - set(gateway.driver_pids()) != set(), within_s=15)
        relay.resume()
        relay.accept()
        with pytest.raises(SessionLostError) as caught:
            ray.get(ray.put(2), timeout=20)
        assert caught.value.session_id == context.session_id
    finally:
        ray.shutdown()
