"""Every call is carried out exactly once and in order, whatever happens to the connection (D1 to D8)."""

from __future__ import annotations

import random
import threading

import pytest
from conformance.actors import Counter, Gate
from fault_relay import DOWN, UP, FaultRelay

import ray_client as ray

pytestmark = pytest.mark.usefixtures("context")


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_2000_calls_across_50_cuts(relay: FaultRelay) -> None:
    counter, rng, seen = Counter.remote(), random.Random(7), []
    for round_number in range(50):
        # Every byte of a round may be the last one: the request's, the reply's, or an acknowledgement's.
        relay.cut_after(rng.randint(1, 400), rng.choice([UP, DOWN]))
        seen += ray.get([counter.increment.remote() for _ in range(40)])
        relay.wait_for_cuts(round_number + 1)
    assert seen == list(range(1, 2001))
    assert ray.get(counter.value.remote()) == 2000
    assert relay.cuts == 50


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", [1, 2])
def test_2000_calls_in_flight_at_once_across_random_cuts(relay: FaultRelay, seed: int) -> None:
    counter = Counter.remote()
    relay.cut_at_random(seed, 100, 3000, times=20)
    seen = ray.get([counter.increment.remote() for _ in range(2000)])
    assert seen == list(range(1, 2001))
    assert ray.get(counter.value.remote()) == 2000
    assert relay.cuts > 2  # how many there are depends on how many calls share a frame


def test_threads_across_cuts(relay: FaultRelay) -> None:
    counter, seen = Counter.remote(), []
    relay.cut_at_random(3, 200, 4000, times=8)

    def call() -> None:
        for _ in range(10):
            seen.extend(ray.get([counter.increment.remote() for _ in range(5)]))

    threads = [threading.Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(1, 301))


def test_a_cut_while_the_session_is_idle(relay: FaultRelay) -> None:
    counter = Counter.remote()
    assert ray.get(counter.increment.remote()) == 1
    before = relay.connections
    relay.cut()
    relay.wait_for_connections(before + 1)  # it comes back unasked
    assert ray.get(counter.increment.remote()) == 2


def test_a_cut_while_a_get_waits(relay: FaultRelay) -> None:
    gate = Gate.remote()
    future = gate.passed.remote().future()
    assert ray.wait([gate.passed.remote()], timeout=0.5)[0] == []
    relay.cut()
    gate.open.remote()
    assert future.result(timeout=30) == "passed"


def test_calls_made_while_there_is_no_connection(relay: FaultRelay) -> None:
    counter = Counter.remote()
    assert ray.get(counter.increment.remote()) == 1
    relay.refuse()
    refs = [counter.increment.remote() for _ in range(100)]
    put = ray.put("kept")
    relay.accept()
    assert ray.get(refs) == list(range(2, 102))
    assert ray.get(put) == "kept"


def test_a_get_with_a_timeout_ends_in_time_without_a_connection(relay: FaultRelay) -> None:
    counter = Counter.remote()
    assert ray.get(counter.increment.remote()) == 1
    relay.refuse()
    with pytest.raises(ray.exceptions.GetTimeoutError):
        ray.get(counter.increment.remote(), timeout=0.2)
    relay.accept()
    assert ray.get(counter.increment.remote()) == 3


def test_a_stalled_connection(relay: FaultRelay) -> None:
    counter = Counter.remote()
    assert ray.get(counter.increment.remote()) == 1
    relay.stall()
    ref = counter.increment.remote()
    with pytest.raises(ray.exceptions.GetTimeoutError):
        ray.get(ref, timeout=0.5)
    relay.resume()
    assert ray.get(ref) == 2


def test_a_half_closed_connection(relay: FaultRelay) -> None:
    counter = Counter.remote()
    assert ray.get(counter.increment.remote()) == 1
    relay.half_close()
    assert ray.get([counter.increment.remote() for _ in range(20)]) == list(range(2, 22))


def test_a_slow_connection(relay: FaultRelay) -> None:
    counter = Counter.remote()
    relay.delay(0.05)
    assert ray.get([counter.increment.remote() for _ in range(20)]) == list(range(1, 21))


def test_a_generator_across_cuts(relay: FaultRelay) -> None:
    @ray.remote
    def count(n: int):
        for i in range(n):
            yield i * i

    seen = []
    relay.cut_at_random(5, 100, 2000, times=10)
    for ref in count.remote(100):
        seen.append(ray.get(ref))
    assert seen == [i * i for i in range(100)]


def test_errors_across_cuts(relay: FaultRelay) -> None:
    @ray.remote
    def fail(i: int) -> None:
        raise ValueError(i)

    relay.cut_at_random(6, 100, 3000, times=5)
    for i in range(20):
        with pytest.raises(ValueError, match=str(i)):
            ray.get(fail.remote(i))
