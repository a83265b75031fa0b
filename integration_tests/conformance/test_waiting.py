"""Time-outs, and what is left of a wait that was given up."""

# ruff: noqa: UP028  # Ray drives generators with `send`, which what `yield from` delegates to need not have

from __future__ import annotations

import _thread
import asyncio
import math
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from conformance.actors import Gate
from conformance.api import exceptions, ray


@ray.remote(num_cpus=0)
class Source:
    """Yields numbers, each once it is let."""

    def __init__(self) -> None:
        self.allowed = asyncio.Semaphore(0)

    async def allow(self, count: int = 1) -> None:
        for _ in range(count):
            self.allowed.release()

    async def numbers(self, count: int):
        for number in range(count):
            await self.allowed.acquire()
            yield number


@pytest.fixture
def gate() -> Iterator[Any]:
    gate = Gate.remote()
    yield gate
    ray.get(gate.open.remote())


def ready_ref(value: Any = "here") -> Any:
    ref = ray.put(value)
    assert ray.wait([ref]) == ([ref], [])
    return ref


@pytest.mark.parametrize(
    "timeout",
    [0, 0.0, -0.0, 1e-9, 1e-6, 1e-3, -1, -0.0001, True, np.float32(0.25), np.int64(1), np.float64(0), 1e10, 1e15],
)
def test_get_gives_what_is_ready_whatever_the_timeout(timeout: Any) -> None:
    ref = ready_ref()
    assert ray.get(ref, timeout=timeout) == "here"
    assert ray.get([ref, ref], timeout=timeout) == ["here", "here"]


def test_get_gives_what_was_just_put_whatever_the_timeout() -> None:
    assert ray.get(ray.put("just now"), timeout=0) == "just now"
    assert ray.get([ray.put(number) for number in range(100)], timeout=0) == list(range(100))


def test_get_gives_a_large_value_whatever_the_timeout() -> None:
    assert ray.get(ready_ref(np.arange(1_000_000)), timeout=0)[-1] == 999_999


@pytest.mark.parametrize("timeout", [0, 1e-9, 1e-6, 0.0, np.float32(0)])
def test_get_of_what_is_not_ready_with_a_short_timeout(gate: Any, timeout: Any) -> None:
    blocked = gate.passed.remote()
    with pytest.raises(exceptions.GetTimeoutError):
        ray.get(blocked, timeout=timeout)
    with pytest.raises(exceptions.GetTimeoutError):
        ray.get([ready_ref(), blocked], timeout=timeout)


def test_an_error_counts_more_than_that_others_are_not_ready(gate: Any) -> None:
    @ray.remote(num_cpus=0)
    def fail() -> None:
        raise KeyError("mine")

    failed = fail.remote()
    ray.wait([failed])
    with pytest.raises(KeyError, match="mine"):
        ray.get([gate.passed.remote(), failed], timeout=0)


@pytest.mark.parametrize("timeout", [math.inf, -math.inf, 1e18, 10**30])
def test_get_refuses_a_timeout_that_cannot_be_counted(timeout: Any) -> None:
    with pytest.raises(OverflowError):
        ray.get(ready_ref(), timeout=timeout)


@pytest.mark.parametrize("timeout", [math.nan, "x", [], {}])
def test_get_refuses_a_timeout_that_is_no_number(timeout: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        ray.get(ready_ref(), timeout=timeout)


@pytest.mark.parametrize("timeout", [0, 0.0, -0.0, 1e-9, 1e-3, True, np.float32(0.25), np.int64(1), 1e10, 1e15])
def test_wait_gives_what_is_ready_whatever_the_timeout(gate: Any, timeout: Any) -> None:
    ref = ready_ref()
    assert ray.wait([ref], timeout=timeout) == ([ref], [])
    blocked = gate.passed.remote()
    assert ray.wait([blocked, ref], num_returns=1, timeout=timeout) == ([ref], [blocked])


@pytest.mark.parametrize("timeout", [-1, -0.5, -1e-9, -math.inf, math.nan])
def test_wait_refuses_a_timeout_that_makes_no_sense(timeout: float) -> None:
    with pytest.raises(ValueError):
        ray.wait([ray.put(1)], timeout=timeout)


@pytest.mark.parametrize("timeout", [math.inf, 1e18])
def test_wait_refuses_a_timeout_that_cannot_be_counted(timeout: float) -> None:
    with pytest.raises(OverflowError):
        ray.wait([ray.put(1)], timeout=timeout)


@pytest.mark.parametrize("timeout", ["1", [], {}])
def test_wait_refuses_a_timeout_that_is_no_number(timeout: Any) -> None:
    with pytest.raises(TypeError):
        ray.wait([ray.put(1)], timeout=timeout)


def test_what_is_asked_for_again_and_again_comes_in_the_end(gate: Any) -> None:
    blocked = gate.passed.remote("through")
    for _ in range(50):
        with pytest.raises(exceptions.GetTimeoutError):
            ray.get(blocked, timeout=0.001)
        assert ray.wait([blocked], timeout=0.001) == ([], [blocked])
    ray.get(gate.open.remote())
    assert ray.get(blocked) == "through"


def test_wait_for_a_generator_is_over_with_its_next_item() -> None:
    source = Source.remote()
    generator = source.numbers.remote(2)
    assert ray.wait([generator], timeout=0) == ([], [generator])
    ray.get(source.allow.remote())
    assert ray.wait([generator], timeout=30) == ([generator], [])
    assert ray.wait([generator], timeout=0) == ([generator], []), "waiting took the item away"
    assert ray.get(next(generator)) == 0
    assert ray.wait([generator], timeout=0) == ([], [generator])
    ray.get(source.allow.remote())
    assert ray.get(next(generator)) == 1


def test_wait_for_a_generator_under_back_pressure() -> None:
    @ray.remote(num_cpus=0, _generator_backpressure_num_objects=1)
    def numbers():
        for number in range(3):
            yield number

    generator, seen = numbers.remote(), []
    for _ in range(3):
        assert ray.wait([generator], timeout=30) == ([generator], [])
        seen.append(ray.get(next(generator)))
    assert seen == [0, 1, 2]


def test_wait_for_a_generator_at_its_end() -> None:
    source = Source.remote()
    generator = source.numbers.remote(0)
    assert ray.wait([generator], timeout=30) == ([generator], [])
    with pytest.raises(StopIteration):
        next(generator)


def test_wait_for_generators_and_references(gate: Any) -> None:
    source = Source.remote()
    first, second, blocked = source.numbers.remote(1), source.numbers.remote(1), gate.passed.remote()
    done = ready_ref()
    assert ray.wait([first, blocked, done], num_returns=3, timeout=0) == ([done], [first, blocked])
    ray.get(source.allow.remote(2))
    assert ray.wait([blocked, second, first], num_returns=2, timeout=30) == ([second, first], [blocked])


def test_a_next_that_was_given_up_loses_nothing() -> None:
    source = Source.remote()
    generator = source.numbers.remote(3)

    async def main() -> list[Any]:
        for _ in range(3):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(generator.__anext__(), 0.01)
        await source.allow.remote(3)
        return [await ref async for ref in generator]

    assert asyncio.run(main()) == [0, 1, 2]


def test_wait_after_a_next_that_was_given_up(gate: Any) -> None:
    source, other_source = Source.remote(), Source.remote()  # one alone would let either of the two go on
    generator, other, blocked = source.numbers.remote(2), other_source.numbers.remote(1), gate.passed.remote()

    async def give_up() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(generator.__anext__(), 0.01)

    asyncio.run(give_up())
    assert ray.wait([generator, blocked], timeout=0) == ([], [generator, blocked])
    ray.get(source.allow.remote())
    assert ray.wait([blocked, generator], timeout=30) == ([generator], [blocked])
    assert ray.get(next(generator)) == 0
    assert ray.wait([generator], timeout=0) == ([], [generator])
    ray.get([source.allow.remote(), other_source.allow.remote()])
    assert ray.wait([generator, other], num_returns=2, timeout=30) == ([generator, other], [])
    assert ray.get([next(generator), next(other)]) == [1, 0]


def interrupted(wait: Callable[[], Any]) -> None:
    """Have the main thread interrupted while it waits."""
    begun = threading.Event()

    def interrupt() -> None:
        begun.wait()
        time.sleep(0.2)  # so that it waits by then, which nothing tells; an interrupt before that is raised too
        _thread.interrupt_main()

    thread = threading.Thread(target=interrupt)
    thread.start()
    started_s = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            begun.set()
            wait()
    finally:
        thread.join()
    assert time.monotonic() - started_s < 10


@pytest.mark.parametrize("name", ["get", "get_list", "get_in_time", "wait", "wait_generator", "next"])
def test_interrupt_main_ends_any_wait(gate: Any, name: str) -> None:
    source = Source.remote()
    generator, blocked = source.numbers.remote(2), gate.passed.remote("through")
    waits: dict[str, Callable[[], Any]] = {
        "get": lambda: ray.get(blocked),
        "get_list": lambda: ray.get([blocked, ready_ref()]),
        "get_in_time": lambda: ray.get(blocked, timeout=1000),
        "wait": lambda: ray.wait([blocked]),
        "wait_generator": lambda: ray.wait([generator, blocked]),
        "next": lambda: next(generator),
    }
    interrupted(waits[name])
    ray.get([source.allow.remote(2), gate.open.remote()])
    assert ray.get(blocked) == "through"
    assert [ray.get(ref) for ref in generator] == [0, 1]
