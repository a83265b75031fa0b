"""What is measured: the same code for every side, with the `ray` that the side was given.

A case returns seconds per unit of work, or several such numbers by name, with content checked outside the timed
part. Remote functions are made inside a function so that every side pickles them by value: no side finds this module
on the cluster.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import time
import zlib
from collections.abc import Callable
from functools import cached_property
from typing import Any

from sizes import MEGABYTE, Sizes


class Fixture:
    """What the cases of one connected side share: its `ray`, an actor, remote functions."""

    def __init__(self, ray: Any, sizes: Sizes) -> None:
        self.ray = ray
        self.sizes = sizes
        self.opened: list[Any] = []  #: sessions beside the current one
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

            words = numpy.random.default_rng(seed).integers(0, 1 << 64, size_bytes // 8, dtype=numpy.uint64)
            return words.view(numpy.uint8)

        return self.ray.remote(make_array)

    @cached_property
    def make_numbers(self) -> Any:
        def make_numbers(count: int) -> Any:
            return list(range(count))

        return self.ray.remote(make_numbers)

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

    def new_array(self, size_bytes: int) -> Any:
        """Make other content each time, so that nothing can be found again."""
        import numpy

        self._seed += 1
        words = numpy.random.default_rng(self._seed).integers(0, 1 << 64, size_bytes // 8, dtype=numpy.uint64)
        return words.view(numpy.uint8)

    def remote_array(self, size_bytes: int) -> Any:
        """Give the reference of an array that a task makes and that is ready; `new_array` last made the same."""
        reference = self.make_array.remote(size_bytes, self._seed)
        self.ray.wait([reference])
        return reference

    def numbers(self, count: int) -> list[Any]:
        """Give references of so many small values that are ready; made by one call."""
        references = self.make_numbers.options(num_returns=count).remote(count)
        self.ray.wait(references, num_returns=count)
        return list(references)


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


def put_ahead(fixture: Fixture) -> float:
    """What a program waits for small puts while it goes on with something else; that they arrive is checked after."""
    ray, count = fixture.ray, fixture.sizes.small
    started = time.perf_counter()
    references = [ray.put(number) for number in range(count)]
    elapsed_s = time.perf_counter() - started
    assert ray.get(references) == list(range(count))
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
    ray, array = fixture.ray, fixture.new_array(fixture.sizes.big_bytes)
    started = time.perf_counter()
    reference = ray.put(array)
    ray.wait([reference])
    elapsed_s = time.perf_counter() - started
    assert ray.get(fixture.checksum.remote(reference)) == zlib.crc32(array)
    return elapsed_s / (array.nbytes / MEGABYTE)


def get_big(fixture: Fixture) -> float:
    """An object that a task made and that is ready; never fetched before."""
    expected = fixture.new_array(fixture.sizes.big_bytes)
    reference = fixture.remote_array(fixture.sizes.big_bytes)
    started = time.perf_counter()
    array = fixture.ray.get(reference)
    elapsed_s = time.perf_counter() - started
    assert zlib.crc32(array) == zlib.crc32(expected)
    return elapsed_s / (array.nbytes / MEGABYTE)


def pieces(fixture: Fixture) -> dict[str, float]:
    """Arrays of 1 MiB: all put, until the cluster has the last; then fetched, one after the other."""
    ray, count = fixture.ray, fixture.sizes.pieces
    arrays = [fixture.new_array(fixture.sizes.piece_bytes) for _ in range(count)]
    started = time.perf_counter()
    references = [ray.put(array) for array in arrays]
    ray.wait(references, num_returns=count)
    put_s = time.perf_counter() - started
    started = time.perf_counter()
    values = [ray.get(reference) for reference in references]
    get_s = time.perf_counter() - started
    assert all((value == array).all() for value, array in zip(values, arrays, strict=True))
    return {"put": put_s / count, "get": get_s / count}


def text(fixture: Fixture) -> dict[str, float]:
    """A table of numbers as text, put until the cluster has it, and fetched: what a slow link may carry compressed."""
    import numpy

    numbers = numpy.random.default_rng(7).normal(size=fixture.sizes.text_bytes // 10)
    table = ",".join(f"{number:.6f}" for number in numbers).encode()
    started = time.perf_counter()
    reference = fixture.ray.put(table)
    fixture.ray.wait([reference])
    put_s = time.perf_counter() - started
    started = time.perf_counter()
    assert fixture.ray.get(reference) == table
    get_s = time.perf_counter() - started
    return {"put": put_s / (len(table) / MEGABYTE), "get": get_s / (len(table) / MEGABYTE)}


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


def puts(fixture: Fixture) -> float:
    """Small values, until the cluster has them all; seconds for all."""
    ray, count = fixture.ray, fixture.sizes.puts
    started = time.perf_counter()
    references = [ray.put(number) for number in range(count)]
    ready, _ = ray.wait(references, num_returns=count)
    elapsed_s = time.perf_counter() - started
    assert len(ready) == count
    return elapsed_s


def calls(fixture: Fixture) -> float:
    """Calls of an actor, and then all results; seconds for all."""
    ray, count, counter = fixture.ray, fixture.sizes.calls, fixture.counter
    first = ray.get(counter.increment.remote())
    started = time.perf_counter()
    values = ray.get([counter.increment.remote() for _ in range(count)])
    elapsed_s = time.perf_counter() - started
    assert values == list(range(first + 1, first + 1 + count))
    return elapsed_s


def gets_list(fixture: Fixture) -> float:
    """Many small values by one `get`; seconds for all."""
    count = fixture.sizes.gets
    references = fixture.numbers(count)
    started = time.perf_counter()
    values = fixture.ray.get(references)
    elapsed_s = time.perf_counter() - started
    assert values == list(range(count))
    return elapsed_s


def gets_completed(fixture: Fixture) -> float:
    """Many small values as `concurrent.futures.as_completed` gives them; seconds for all."""
    count = fixture.sizes.gets
    references = fixture.numbers(count)
    started = time.perf_counter()
    futures = [reference.future() for reference in references]
    values = [future.result() for future in concurrent.futures.as_completed(futures)]
    elapsed_s = time.perf_counter() - started
    assert sorted(values) == list(range(count))
    return elapsed_s


def gets_waited(fixture: Fixture) -> float:
    """Some small values by Ray's own idiom: `wait` for one, `get` it, and so on; seconds for all."""
    ray, count = fixture.ray, fixture.sizes.waits
    pending, values = fixture.numbers(count), []
    started = time.perf_counter()
    while pending:
        [ready], pending = ray.wait(pending, num_returns=1)
        values.append(ray.get(ready))
    elapsed_s = time.perf_counter() - started
    assert sorted(values) == list(range(count))
    return elapsed_s


CASES: dict[str, Callable[..., float | dict[str, float]]] = {
    case.__name__: case
    for case in (
        *(small_get, small_put, put_ahead, task_round_trip, actor_round_trip, task_batch, actor_batch, awaits),
        *(put_big, get_big, pieces, text, chain, puts, calls, gets_list, gets_completed, gets_waited),
    )
}
