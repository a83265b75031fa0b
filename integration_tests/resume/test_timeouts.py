"""Time-outs over a network that is slow, cut or stalled, and with a driver that is busy."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conformance.actors import Gate
from fault_relay import FaultRelay

import ray_client as ray
from ray_client.exceptions import GetTimeoutError
from ray_client.session.timeouts import ANSWER_S


@contextmanager
def lasting(least_s: float, most_s: float) -> Iterator[None]:
    """See to it that the block takes so long; what it may take more is for a machine that has much to do."""
    began_s = time.monotonic()
    yield
    assert least_s <= time.monotonic() - began_s < most_s + 5


def together(*checks: Callable[[], None]) -> None:
    """Let each check wait in a thread of its own: nothing that they wait for is the others'."""
    with ThreadPoolExecutor(len(checks)) as pool:
        for check in [pool.submit(check) for check in checks]:
            check.result()


def ready_ref(value: Any = "here") -> Any:
    ref = ray.put(value)
    ray.wait([ref])
    return ref


@pytest.mark.parametrize("timeout", [0, 0.1])
def test_over_a_slow_network_what_is_ready_is_given(
    relay: FaultRelay, context: ray.ClientContext, timeout: float
) -> None:
    gate = Gate.remote()
    refs, blocked = [ready_ref(number) for number in range(3)], gate.passed.remote()
    relay.delay(0.15)  # there and back takes longer than each time-out
    assert ray.get(refs, timeout=timeout) == [0, 1, 2]
    assert ray.wait([blocked, *refs], num_returns=4, timeout=timeout) == (refs, [blocked])
    assert asyncio.run(context.aget(refs, timeout=timeout)) == [0, 1, 2]
    with pytest.raises(GetTimeoutError):
        ray.get([*refs, blocked], timeout=timeout)
    with pytest.raises(GetTimeoutError):
        asyncio.run(context.aget(blocked, timeout=timeout))
    ray.get(gate.open.remote())


def test_while_the_connection_is_cut_a_timeout_is_as_long_as_it_says(
    relay: FaultRelay, context: ray.ClientContext
) -> None:
    ref = ready_ref()
    relay.refuse()
    relay.wait_for_cuts(1)
    with lasting(1.0, 1.0), pytest.raises(GetTimeoutError):
        ray.get(ref, timeout=1)
    with lasting(0.0, 0.0), pytest.raises(GetTimeoutError):
        ray.get(ref, timeout=0)
    with lasting(0.5, 0.5):
        assert ray.wait([ref], timeout=0.5) == ([], [ref])
    with lasting(0.5, 0.5), pytest.raises(GetTimeoutError):
        asyncio.run(context.aget(ref, timeout=0.5))
    relay.accept()
    assert ray.get(ref) == "here"


def test_over_a_network_that_swallows_everything_a_timeout_has_a_bound(
    relay: FaultRelay, context: ray.ClientContext
) -> None:
    ref = ready_ref()
    relay.stall()

    def getting() -> None:
        with lasting(ANSWER_S, ANSWER_S), pytest.raises(GetTimeoutError):
            ray.get(ref, timeout=0)

    def waiting() -> None:
        with lasting(ANSWER_S, ANSWER_S):
            assert ray.wait([ref], timeout=0) == ([], [ref])

    together(getting, waiting)
    relay.resume()
    assert ray.get(ref, timeout=30) == "here"


class Blocking:
    """Is not unpickled, in the driver, before somebody writes into a pipe."""

    def __init__(self, pipe: Path) -> None:
        self.pipe = pipe

    def __reduce__(self) -> Any:
        return open, (str(self.pipe),)


def test_a_timeout_counts_from_the_call_and_not_from_when_the_driver_comes_to_it(
    context: ray.ClientContext, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    ready = ready_ref()
    ray.put([ready, Blocking(pipe)])  # the driver opens it, as there is a handle in it

    def getting() -> None:
        with lasting(1.0, ANSWER_S), pytest.raises(GetTimeoutError):
            ray.get(ready, timeout=1)

    def waiting() -> None:
        with lasting(0.5, ANSWER_S):
            assert ray.wait([ready], timeout=0.5) == ([], [ready])

    def awaiting() -> None:
        with lasting(0.5, ANSWER_S), pytest.raises(GetTimeoutError):
            asyncio.run(context.aget(ready, timeout=0.5))

    together(getting, waiting, awaiting)
    pipe.write_bytes(b"")
    assert ray.get(ready) == "here"


def test_a_call_without_room_for_it_ends_in_time(relay: FaultRelay, context: ray.ClientContext) -> None:
    ref = ready_ref()
    relay.refuse()
    relay.wait_for_cuts(1)
    filling = threading.Thread(target=lambda: [ray.put(bytes(200_000)) for _ in range(500)], daemon=True)
    filling.start()
    filling.join(0.5)
    with lasting(0.5, 0.5), pytest.raises(GetTimeoutError):
        ray.get(ref, timeout=0.5)
    relay.accept()
    filling.join(60)
    assert ray.get(ref) == "here"
