"""Streaming generators: results while the task still runs."""

# ruff: noqa: UP028  # Ray drives generators with `send`, which what `yield from` delegates to need not have

from __future__ import annotations

import asyncio
import time

import numpy as np
import pytest

from conformance.api import exceptions, ray
from conformance.marks import since_ray


@ray.remote
def count(n: int):
    for i in range(n):
        yield i


@ray.remote
def fail_after(n: int):
    for i in range(n):
        yield i
    raise ValueError("mid stream")


@ray.remote
class Source:
    """Remembers how far its generators came."""

    def __init__(self) -> None:
        self.made = 0

    def numbers(self, n: int):
        for i in range(n):
            self.made = i + 1
            yield i

    def broken(self):
        yield 1
        raise KeyError("in the actor")


@ray.remote
class Progress:
    """Says how many items another generator has made, and holds it back."""

    def __init__(self) -> None:
        self.made = 0

    def note(self, n: int) -> None:
        self.made = n

    def get(self) -> int:
        return self.made


def test_a_generator_gives_references() -> None:
    generator = count.remote(3)
    assert isinstance(generator, ray.ObjectRefGenerator)
    refs = list(generator)
    assert all(isinstance(ref, ray.ObjectRef) for ref in refs)
    assert ray.get(refs) == [0, 1, 2]


def test_next() -> None:
    generator = count.remote(2)
    assert ray.get(next(generator)) == 0
    assert ray.get(next(generator)) == 1
    with pytest.raises(StopIteration):
        next(generator)
    with pytest.raises(StopIteration):
        next(generator)


def test_an_empty_generator() -> None:
    assert list(count.remote(0)) == []


def test_many_items() -> None:
    assert [ray.get(ref) for ref in count.remote(200)] == list(range(200))


def test_num_returns_streaming_spelled_out() -> None:
    @ray.remote(num_returns="streaming")
    def letters():
        for letter in "abc":
            yield letter

    assert [ray.get(ref) for ref in letters.remote()] == ["a", "b", "c"]


def test_items_come_while_the_task_runs() -> None:
    @ray.remote
    def slow():
        yield "first"
        time.sleep(1000)
        yield "never"

    generator = slow.remote()
    assert ray.get(next(generator)) == "first"
    ray.cancel(generator, force=True)


def test_async_for() -> None:
    async def main() -> list:
        return [await ref async for ref in count.remote(5)]

    assert asyncio.run(main()) == [0, 1, 2, 3, 4]


def test_anext() -> None:
    async def main() -> list:
        generator = count.remote(1)
        values = [await (await generator.__anext__())]
        with pytest.raises(StopAsyncIteration):
            await generator.__anext__()
        return values

    assert asyncio.run(main()) == [0]


def test_two_async_consumers_side_by_side() -> None:
    async def consume(n: int) -> list:
        return [await ref async for ref in count.remote(n)]

    async def main() -> list:
        return await asyncio.gather(consume(3), consume(5))

    assert asyncio.run(main()) == [[0, 1, 2], [0, 1, 2, 3, 4]]


def test_an_error_after_some_items() -> None:
    generator = fail_after.remote(2)
    assert ray.get([next(generator), next(generator)]) == [0, 1]
    failed = next(generator)
    with pytest.raises(ValueError, match="mid stream"):
        ray.get(failed)
    with pytest.raises(StopIteration):
        next(generator)


def test_an_error_at_once() -> None:
    with pytest.raises(ValueError, match="mid stream"):
        ray.get(next(fail_after.remote(0)))


def test_a_generator_method() -> None:
    source = Source.remote()
    assert [ray.get(ref) for ref in source.numbers.remote(4)] == [0, 1, 2, 3]
    generator = source.broken.remote()
    assert ray.get(next(generator)) == 1
    with pytest.raises(KeyError):
        ray.get(next(generator))


@since_ray("2.49.2", "a call on an actor whose handle nobody keeps", client_has_it=True)
def test_an_async_generator_method() -> None:
    @ray.remote
    class Async:
        async def numbers(self, n: int):
            for i in range(n):
                await asyncio.sleep(0)
                yield i

    assert [ray.get(ref) for ref in Async.remote().numbers.remote(3)] == [0, 1, 2]


def test_back_pressure() -> None:
    progress = Progress.remote()

    @ray.remote(_generator_backpressure_num_objects=2)
    def numbers(progress, n: int):
        for i in range(n):
            ray.get(progress.note.remote(i + 1))
            yield i

    generator = numbers.remote(progress, 30)
    assert ray.get(next(generator)) == 0
    time.sleep(0.5)  # long enough for an unbounded task to finish
    assert ray.get(progress.get.remote()) <= 6
    assert [ray.get(ref) for ref in generator] == list(range(1, 30))


def test_items_passed_on_to_tasks() -> None:
    @ray.remote
    def double(x: int) -> int:
        return 2 * x

    assert ray.get([double.remote(ref) for ref in count.remote(4)]) == [0, 2, 4, 6]


def test_large_items() -> None:
    @ray.remote
    def arrays(n: int):
        for i in range(n):
            yield np.full(200_000, i)

    assert [int(ray.get(ref)[0]) for ref in arrays.remote(3)] == [0, 1, 2]


def test_a_generator_inside_a_task() -> None:
    @ray.remote
    def consume(n: int) -> int:
        return sum(ray.get(ref) for ref in count.remote(n))

    assert ray.get(consume.remote(5)) == 10


def test_a_generator_that_is_dropped_early() -> None:
    generator = count.remote(50)
    next(generator)
    del generator
    assert [ray.get(ref) for ref in count.remote(2)] == [0, 1]


def test_wait_with_a_generator() -> None:
    generator = count.remote(2)
    ready, pending = ray.wait([generator], timeout=30)
    assert ready == [generator]
    assert pending == []
    assert ray.get(next(generator)) == 0


def test_completed() -> None:
    generator = count.remote(3)
    ray.get(generator.completed())
    assert [ray.get(ref) for ref in generator] == [0, 1, 2]


def test_get_of_a_generator_gives_the_generator() -> None:
    generator = count.remote(1)
    assert ray.get(generator) is generator


def test_a_generator_whose_worker_dies() -> None:
    @ray.remote(max_retries=0)
    def die():
        import os

        yield 1
        os._exit(1)

    generator = die.remote()
    with pytest.raises(exceptions.RayError):
        for _ in range(3):
            ray.get(next(generator))


def test_a_generator_is_an_iterator() -> None:
    generator = count.remote(1)
    assert iter(generator) is generator


def test_arguments_of_a_generator_are_resolved() -> None:
    assert len(list(count.remote(ray.put(3)))) == 3
