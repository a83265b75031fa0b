"""Async and threaded actors, and concurrency groups."""

from __future__ import annotations

import asyncio
import threading

import pytest

from conformance.api import ray
from conformance.marks import since_ray


@ray.remote
class Meeting:
    """Async: calls that wait for one another, so they can only end if they overlap."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.here = 0

    async def arrive(self, expected: int) -> int:
        self.here += 1
        if self.here >= expected:
            self.event.set()
        await self.event.wait()
        return self.here

    async def fail(self) -> None:
        await asyncio.sleep(0)
        raise KeyError("async")

    def plain(self) -> str:
        return "a plain method of an async actor"

    async def count(self, n: int):
        for i in range(n):
            await asyncio.sleep(0)
            yield i


@ray.remote(max_concurrency=4)
class Threaded:
    """Threaded: the same with a barrier."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(3)

    def arrive(self) -> int:
        return self.barrier.wait(timeout=30)


@ray.remote(concurrency_groups={"io": 2, "compute": 1})
class Grouped:
    """Two groups of one actor; each has an event loop of its own, so they share no `asyncio.Event`."""

    def __init__(self) -> None:
        self.opened = threading.Event()

    @ray.method(concurrency_group="io")
    async def wait(self) -> str:
        while not self.opened.is_set():
            await asyncio.sleep(0.01)
        return "opened"

    @ray.method(concurrency_group="compute")
    async def open(self) -> None:
        self.opened.set()

    async def default(self) -> str:
        return "default"


def test_calls_of_an_async_actor_overlap() -> None:
    meeting = Meeting.remote()
    assert ray.get([meeting.arrive.remote(5) for _ in range(5)]) == [5] * 5


@since_ray("2.49.2", "a call on an actor whose handle nobody keeps", client_has_it=True)
def test_an_error_in_an_async_method() -> None:
    with pytest.raises(KeyError, match="async"):
        ray.get(Meeting.remote().fail.remote())


def test_a_plain_method_of_an_async_actor() -> None:
    assert "plain" in ray.get(Meeting.remote().plain.remote())


@since_ray("2.49.2", "a call on an actor whose handle nobody keeps", client_has_it=True)
def test_an_async_generator_method() -> None:
    assert [ray.get(ref) for ref in Meeting.remote().count.remote(4)] == [0, 1, 2, 3]


def test_calls_of_a_threaded_actor_overlap() -> None:
    actor = Threaded.remote()
    assert sorted(ray.get([actor.arrive.remote() for _ in range(3)])) == [0, 1, 2]


def test_max_concurrency_as_an_option() -> None:
    @ray.remote
    class Plain:
        def __init__(self) -> None:
            self.barrier = threading.Barrier(2)

        def arrive(self) -> int:
            return self.barrier.wait(timeout=30)

    actor = Plain.options(max_concurrency=2).remote()
    assert sorted(ray.get([actor.arrive.remote() for _ in range(2)])) == [0, 1]


def test_one_call_at_a_time_by_default() -> None:
    @ray.remote
    class Serial:
        def __init__(self) -> None:
            self.inside = 0

        def enter(self) -> int:
            self.inside += 1
            try:
                return self.inside
            finally:
                self.inside -= 1

    actor = Serial.remote()
    assert set(ray.get([actor.enter.remote() for _ in range(50)])) == {1}


def test_concurrency_groups() -> None:
    actor = Grouped.remote()
    waiting = [actor.wait.remote(), actor.wait.remote()]
    assert ray.get(actor.default.remote()) == "default"
    ray.get(actor.open.remote())
    assert ray.get(waiting) == ["opened", "opened"]


def test_a_concurrency_group_as_an_option_of_the_call() -> None:
    actor = Grouped.remote()
    waiting = actor.wait.remote()
    assert ray.get(actor.default.options(concurrency_group="compute").remote()) == "default"
    ray.get(actor.open.remote())
    assert ray.get(waiting) == "opened"


def test_an_async_actor_awaits_references() -> None:
    @ray.remote
    def number() -> int:
        return 4

    @ray.remote
    class Awaits:
        async def double(self, refs: list) -> int:
            return 2 * await refs[0]

    assert ray.get(Awaits.remote().double.remote([number.remote()])) == 8


def test_actors_of_the_laptop_threads() -> None:
    @ray.remote
    class Counter:
        def __init__(self) -> None:
            self.n = 0

        def increment(self) -> int:
            self.n += 1
            return self.n

    counter = Counter.remote()
    results: list[int] = []

    def use() -> None:
        results.extend(ray.get([counter.increment.remote() for _ in range(10)]))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == list(range(1, 81))


def test_max_pending_calls() -> None:
    meeting = Meeting.options(max_pending_calls=1).remote()
    first = meeting.arrive.remote(2)
    # Natively the call raises, through the client its result does: it asks nobody before it returns.
    with pytest.raises(ray.exceptions.PendingCallsLimitExceeded):
        ray.get(meeting.arrive.remote(2))
    assert ray.wait([first], timeout=0) == ([], [first])
