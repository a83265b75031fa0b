"""Streaming generators: results while the task still runs."""

# ruff: noqa: UP028  # Ray drives generators with `send`, which what `yield from` delegates to need not have

from __future__ import annotations

import asyncio

import numpy as np
import pytest

import ray_client as ray


@ray.remote
def count(n: int):
    for i in range(n):
        yield i


@ray.remote
def fail_after(n: int):
    for i in range(n):
        yield i
    raise ValueError("mid stream")


def test_items_in_their_order() -> None:
    generator = count.remote(30)
    assert isinstance(generator, ray.ObjectRefGenerator)
    assert [ray.get(ref) for ref in generator] == list(range(30))


def test_items_come_while_the_task_runs() -> None:
    @ray.remote
    def slow():
        import time

        yield "first"
        time.sleep(1000)

    generator = slow.remote()
    assert ray.get(next(generator)) == "first"
    ray.cancel(generator, force=True)


def test_async_for() -> None:
    async def consume(n: int) -> list[int]:
        return [await ref async for ref in count.remote(n)]

    async def main() -> list[list[int]]:
        return await asyncio.gather(consume(3), consume(5))

    assert asyncio.run(main()) == [[0, 1, 2], [0, 1, 2, 3, 4]]


def test_an_error_after_some_items() -> None:
    generator = fail_after.remote(2)
    assert ray.get([next(generator), next(generator)]) == [0, 1]
    with pytest.raises(ValueError, match="mid stream"):
        ray.get(next(generator))
    with pytest.raises(StopIteration):
        next(generator)


def test_generator_methods() -> None:
    @ray.remote(num_cpus=0)
    class Source:
        def numbers(self, n: int):
            for i in range(n):
                yield i

    assert [ray.get(ref) for ref in Source.remote().numbers.remote(4)] == [0, 1, 2, 3]


def test_async_generator_methods() -> None:
    @ray.remote(num_cpus=0)
    class Source:
        async def numbers(self, n: int):
            for i in range(n):
                await asyncio.sleep(0)
                yield i

    assert [ray.get(ref) for ref in Source.remote().numbers.remote(4)] == [0, 1, 2, 3]


def test_items_passed_on_to_tasks() -> None:
    assert ray.get([ray.remote(lambda x: 2 * x).remote(ref) for ref in count.remote(4)]) == [0, 2, 4, 6]


def test_large_items() -> None:
    @ray.remote
    def arrays(n: int):
        for i in range(n):
            yield np.full(100_000, i)

    assert [int(ray.get(ref)[0]) for ref in arrays.remote(3)] == [0, 1, 2]


def test_back_pressure() -> None:
    numbers = count.options(_generator_backpressure_num_objects=2).remote(20)
    assert [ray.get(ref) for ref in numbers] == list(range(20))


def test_wait_and_completed() -> None:
    generator = count.remote(3)
    assert ray.wait([generator], timeout=60) == ([generator], [])
    ray.get(generator.completed())
    assert [ray.get(ref) for ref in generator] == [0, 1, 2]
