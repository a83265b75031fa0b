"""What is measured: the same code for every side, with the `ray` that the side was given.

A case returns seconds per unit of work, with content checked outside the timed part. Remote functions are made
inside a function so that every side pickles them by value: no side finds this module on the cluster.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Sizes:
    """How much work one run of a case is."""

    small: int = 200
    batch: int = 500
    awaits: int = 1000
    chain: int = 50
    big_bytes: int = 100 * MEGABYTE


FULL = Sizes()
QUICK = Sizes(small=30, batch=100, awaits=200, big_bytes=20 * MEGABYTE)


class Fixture:
    """What the cases of one connected side share: its `ray`, an actor, remote functions."""

    def __init__(self, ray: Any, sizes: Sizes) -> None:
        self.ray = ray
        self.sizes = sizes
        self._seed = 0

    @cached_property
    def add_one(self) -> Any:
        def add_one(number: int) -> int:
            return number + 1

        return self.ray.remote(add_one)

    @cached_property
    def checksum(self) -> Any:
        def checksum(array: Any) -> int:
            return zlib.crc32(array)

        return self.ray.remote(checksum)

    @cached_property
    def make_array(self) -> Any:
        def make_array(size_bytes: int, seed: int) -> Any:
            import numpy

            return numpy.random.default_rng(seed).integers(0, 256, size_bytes, dtype=numpy.uint8)

        return self.ray.remote(make_array)

    @cached_property
    def counter(self) -> Any:
        class Counter:
            def __init__(self) -> None:
                self.total = 0

            def increment(self) -> int:
                self.total += 1
                return self.total

        handle = self.ray.remote(Counter).remote()
        self.ray.get(handle.increment.remote())
        return handle

    @cached_property
    def echo(self) -> Any:
        class Echo:
            async def give(self, number: int) -> int:
                return number

        handle = self.ray.remote(Echo).options(num_cpus=0, max_concurrency=self.sizes.awaits).remote()
        self.ray.get(handle.give.remote(0))
        return handle

    def warm_up_tasks(self) -> None:
        """Have the side's workers started, and the function known to them."""
        self.ray.get([self.add_one.remote(number) for number in range(8)])

    def new_array(self) -> Any:
        """Make other content each time, so that nothing can be found again."""
        import numpy

        self._seed += 1
        return numpy.random.default_rng(self._seed).integers(0, 256, self.sizes.big_bytes, dtype=numpy.uint8)


def small_get(fixture: Fixture) -> float:
    """Objects that are ready and were never fetched, one after the other."""
    ray, count = fixture.ray, fixture.sizes.small
    references = [ray.put(number) for number in range(count)]
    ray.get(references[-1])
    started = time.perf_counter()
    values = [ray.get(reference) for reference in references[:-1]]
    elapsed_s = time.perf_counter() - started
    assert values == list(range(count - 1))
    return elapsed_s / (count - 1)


def small_put(fixture: Fixture) -> float:
    """Ends when the cluster has the last one, so that a put that does not wait is not counted as free."""
    ray, count = fixture.ray, fixture.sizes.small
    started = time.perf_counter()
    references = [ray.put(number) for number in range(count)]
    last = ray.get(references[-1])
    elapsed_s = time.perf_counter() - started
    assert last == count - 1
    return elapsed_s / count


def task_round_trip(fixture: Fixture) -> float:
    """Call, wait for the result, call again."""
    fixture.warm_up_tasks()
    ray, count = fixture.ray, fixture.sizes.small
    started = time.perf_counter()
    values = [ray.get(fixture.add_one.remote(number)) for number in range(count)]
    elapsed_s = time.perf_counter() - started
    assert values == list(range(1, count + 1))
    return elapsed_s / count


def actor_round_trip(fixture: Fixture) -> float:
    """Call, wait for the result, call again."""
    ray, count, counter = fixture.ray, fixture.sizes.small, fixture.counter
    first = ray.get(counter.increment.remote())
    started = time.perf_counter()
    values = [ray.get(counter.increment.remote()) for _ in range(count)]
    elapsed_s = time.perf_counter() - started
    assert values == list(range(first + 1, first + 1 + count))
    return elapsed_s / count


def task_batch(fixture: Fixture) -> float:
    """All calls at once, then all results."""
    fixture.warm_up_tasks()
    ray, count = fixture.ray, fixture.sizes.batch
    started = time.perf_counter()
    values = ray.get([fixture.add_one.remote(number) for number in range(count)])
    elapsed_s = time.perf_counter() - started
    assert values == list(range(1, count + 1))
    return elapsed_s / count


def actor_batch(fixture: Fixture) -> float:
    """All calls at once, then all results."""
    ray, count, counter = fixture.ray, fixture.sizes.batch, fixture.counter
    first = ray.get(counter.increment.remote())
    started = time.perf_counter()
    values = ray.get([counter.increment.remote() for _ in range(count)])
    elapsed_s = time.perf_counter() - started
    assert values == list(range(first + 1, first + 1 + count))
    return elapsed_s / count


def awaits(fixture: Fixture) -> float:
    """All calls at once, and then an `await` for each result, all of them in flight in one loop."""
    count, echo = fixture.sizes.awaits, fixture.echo

    async def await_all() -> tuple[float, list[int]]:
        started = time.perf_counter()
        values = await asyncio.gather(*[echo.give.remote(number) for number in range(count)])
        return time.perf_counter() - started, values

    elapsed_s, values = asyncio.run(await_all())
    assert values == list(range(count))
    return elapsed_s / count


def put_big(fixture: Fixture) -> float:
    """Ends when the cluster says that it has the object."""
    ray, array = fixture.ray, fixture.new_array()
    started = time.perf_counter()
    reference = ray.put(array)
    ray.wait([reference])
    elapsed_s = time.perf_counter() - started
    assert ray.get(fixture.checksum.remote(reference)) == zlib.crc32(array)
    return elapsed_s / (array.nbytes / MEGABYTE)


def get_big(fixture: Fixture) -> float:
    """An object that a task made and that is ready; never fetched before."""
    ray = fixture.ray
    expected = fixture.new_array()
    reference = fixture.make_array.remote(fixture.sizes.big_bytes, fixture._seed)
    ray.wait([reference])
    started = time.perf_counter()
    array = ray.get(reference)
    elapsed_s = time.perf_counter() - started
    assert zlib.crc32(array) == zlib.crc32(expected)
    return elapsed_s / (array.nbytes / MEGABYTE)


def chain(fixture: Fixture) -> float:
    """Tasks of which each takes the pending result of the one before; seconds for the whole chain."""
    fixture.warm_up_tasks()
    started = time.perf_counter()
    reference = fixture.add_one.remote(0)
    for _ in range(fixture.sizes.chain - 1):
        reference = fixture.add_one.remote(reference)
    last = fixture.ray.get(reference)
    elapsed_s = time.perf_counter() - started
    assert last == fixture.sizes.chain
    return elapsed_s


def put_memory(fixture: Fixture) -> float:
    """How much the resident memory of this process rises above what it was, in megabytes (Linux)."""
    array = fixture.new_array()
    status = Path("/proc/self/status")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew at what is resident now
    before_kb = _status_kb(status, "VmRSS")
    reference = fixture.ray.put(array)
    fixture.ray.wait([reference])
    return (_status_kb(status, "VmHWM") - before_kb) * 1024 / MEGABYTE


def _status_kb(status: Path, key: str) -> int:
    line = next(line for line in status.read_text().splitlines() if line.startswith(key))
    return int(line.split()[1])


CASES: dict[str, Callable[[Fixture], float]] = {
    case.__name__: case
    for case in (
        small_get,
        small_put,
        task_round_trip,
        actor_round_trip,
        task_batch,
        actor_batch,
        awaits,
        put_big,
        get_big,
        chain,
        put_memory,
    )
}
