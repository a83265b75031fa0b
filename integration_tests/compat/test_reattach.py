"""The session goes on after the connection was cut, and nothing is done twice or forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from fault_relay import DOWN, UP, FaultRelay

import ray_client as ray


@pytest.fixture
def session(relay: FaultRelay) -> Iterator[ray.ClientContext]:
    session = ray.connect(relay.address, log_to_driver=False, direct=False, connect_timeout_s=60)
    yield session
    relay.accept()
    session.close()


class Counter:
    def __init__(self) -> None:
        self.n = 0

    def increment(self) -> int:
        self.n += 1
        return self.n


def counter_of(session: ray.ClientContext) -> Any:
    return session.remote(num_cpus=0)(Counter).remote()


def test_calls_across_cuts(relay: FaultRelay, session: ray.ClientContext) -> None:
    counter, seen = counter_of(session), []
    for round_number in range(4):
        relay.cut_after(200 + 100 * round_number, (UP, DOWN)[round_number % 2])
        seen += session.get([counter.increment.remote() for _ in range(50)])
        relay.wait_for_cuts(round_number + 1)
    assert seen == list(range(1, 201))


def test_calls_made_while_there_is_no_connection(relay: FaultRelay, session: ray.ClientContext) -> None:
    counter = counter_of(session)
    assert session.get(counter.increment.remote()) == 1
    relay.refuse()
    refs, put = [counter.increment.remote() for _ in range(20)], session.put("kept")
    relay.accept()
    assert session.get(refs) == list(range(2, 22))
    assert session.get(put) == "kept"


def test_a_large_value_across_cuts(relay: FaultRelay, session: ray.ClientContext) -> None:
    value = np.random.default_rng(1).integers(0, 255, 16_000_000, dtype=np.uint8)
    relay.cut_after(8_000_000, UP)
    ref = session.put(value)
    relay.wait_for_cuts(1)
    relay.cut_after(8_000_000, DOWN)
    assert np.array_equal(session.get(ref), value)
    relay.wait_for_cuts(2)


def test_a_generator_across_a_cut(relay: FaultRelay, session: ray.ClientContext) -> None:
    def count(n: int):
        for i in range(n):
            yield i * i

    generator = session.remote(count).remote(20)
    seen = [session.get(next(generator)) for _ in range(5)]
    relay.cut()
    seen += [session.get(ref) for ref in generator]
    assert seen == [i * i for i in range(20)]
