"""What is measured of Dask: the work of `cases.py`, said as Dask says it.

    python dask_cases.py WORKERS      a local cluster of its own, over TCP; prints the address of its scheduler

The client asks the workers themselves for data, as Dask recommends where it can reach them (`direct_to_workers`).
"""

from __future__ import annotations

import signal
import sys
import threading
import time
import zlib
from typing import Any

import dask
import numpy
from distributed import Client, LocalCluster, wait
from sizes import MEGABYTE, Sizes


def serve(workers: int) -> None:
    # What it does beside the work would meet the other sides too, whose turn it is.
    dask.config.set({"distributed.worker.profile.enabled": False})
    options: dict[str, Any] = {"threads_per_worker": 1, "memory_limit": 0, "dashboard_address": None}
    is_over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: is_over.set())
    with LocalCluster(n_workers=workers, processes=True, protocol="tcp://", **options) as cluster:
        print(cluster.scheduler_address, flush=True)
        is_over.wait()


def add_one(number: int) -> int:
    return number + 1


def checksum(array: Any) -> int:
    return zlib.crc32(array)


def make_array(size_bytes: int, seed: int) -> Any:
    return numpy.random.default_rng(seed).integers(0, 1 << 64, size_bytes // 8, dtype=numpy.uint64).view(numpy.uint8)


class Counter:
    def __init__(self) -> None:
        self.total = 0

    def increment(self) -> int:
        self.total += 1
        return self.total


def _by_value() -> None:
    """Have the functions travel by value, as those of the other sides do: no worker finds this module."""
    import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[__name__])


class Dask:
    """Dask's client as a side."""

    def __init__(self, address: str, sizes: Sizes) -> None:
        _by_value()
        self._address = address
        self._sizes = sizes
        self._seed = 0
        self._client: Any = None
        self._counter: Any = None

    def run(self, request: dict[str, Any]) -> float | dict[str, float]:
        return getattr(self, request["name"] if request["do"] == "case" else request["do"])()

    def open(self) -> float:
        """Seconds until the first value has come back."""
        started = time.perf_counter()
        self._client = Client(self._address, direct_to_workers=True)
        assert self._client.gather(self._client.scatter(1, hash=False)) == 1
        return time.perf_counter() - started

    def close(self) -> float:
        started = time.perf_counter()
        self._counter = None
        self._client.close()
        return time.perf_counter() - started

    def small_get(self) -> float:
        client, count = self._client, self._sizes.small
        futures = client.scatter(list(range(count)), hash=False)
        client.gather(futures[-1])
        started = time.perf_counter()
        values = [client.gather(future) for future in futures[:-1]]
        elapsed_s = time.perf_counter() - started
        assert values == list(range(count - 1))
        return elapsed_s / (count - 1)

    def small_put(self) -> float:
        client, count = self._client, self._sizes.small
        started = time.perf_counter()
        futures = [client.scatter(number, hash=False) for number in range(count)]
        last = client.gather(futures[-1])
        elapsed_s = time.perf_counter() - started
        assert last == count - 1
        return elapsed_s / count

    def _submit(self, number: Any) -> Any:
        return self._client.submit(add_one, number, pure=False)

    def task_round_trip(self) -> float:
        count = self._sizes.small
        self._submit(0).result()
        started = time.perf_counter()
        values = [self._submit(number).result() for number in range(count)]
        elapsed_s = time.perf_counter() - started
        assert values == list(range(1, count + 1))
        return elapsed_s / count

    def _actor(self) -> Any:
        if self._counter is None:
            self._counter = self._client.submit(Counter, actor=True).result()
        return self._counter

    def actor_round_trip(self) -> float:
        count, counter = self._sizes.small, self._actor()
        first = counter.increment().result()
        started = time.perf_counter()
        values = [counter.increment().result() for _ in range(count)]
        elapsed_s = time.perf_counter() - started
        assert values == list(range(first + 1, first + 1 + count))
        return elapsed_s / count

    def task_batch(self) -> float:
        count = self._sizes.batch
        self._submit(0).result()
        started = time.perf_counter()
        values = self._client.gather([self._submit(number) for number in range(count)])
        elapsed_s = time.perf_counter() - started
        assert values == list(range(1, count + 1))
        return elapsed_s / count

    def actor_batch(self) -> float:
        count, counter = self._sizes.batch, self._actor()
        first = counter.increment().result()
        started = time.perf_counter()
        values = [future.result() for future in [counter.increment() for _ in range(count)]]
        elapsed_s = time.perf_counter() - started
        # Dask does not promise the order of an actor's calls.
        assert sorted(values) == list(range(first + 1, first + 1 + count))
        return elapsed_s / count

    def _new_array(self, size_bytes: int) -> Any:
        self._seed += 1
        return make_array(size_bytes, self._seed)

    def put_big(self) -> float:
        """Returns once a worker has it."""
        array = self._new_array(self._sizes.big_bytes)
        started = time.perf_counter()
        future = self._client.scatter(array, hash=False)
        wait(future)
        elapsed_s = time.perf_counter() - started
        assert self._client.submit(checksum, future, pure=False).result() == zlib.crc32(array)
        return elapsed_s / (array.nbytes / MEGABYTE)

    def get_big(self) -> float:
        expected = self._new_array(self._sizes.big_bytes)
        future = self._client.submit(make_array, self._sizes.big_bytes, self._seed, pure=False)
        wait(future)
        started = time.perf_counter()
        array = self._client.gather(future)
        elapsed_s = time.perf_counter() - started
        assert zlib.crc32(array) == zlib.crc32(expected)
        return elapsed_s / (array.nbytes / MEGABYTE)

    def pieces(self) -> dict[str, float]:
        client, count = self._client, self._sizes.pieces
        arrays = [self._new_array(self._sizes.piece_bytes) for _ in range(count)]
        started = time.perf_counter()
        futures = [client.scatter(array, hash=False) for array in arrays]
        wait(futures)
        put_s = time.perf_counter() - started
        started = time.perf_counter()
        values = [client.gather(future) for future in futures]
        get_s = time.perf_counter() - started
        assert all((value == array).all() for value, array in zip(values, arrays, strict=True))
        return {"put": put_s / count, "get": get_s / count}

    def chain(self) -> float:
        self._submit(0).result()
        started = time.perf_counter()
        future = self._submit(0)
        for _ in range(self._sizes.chain - 1):
            future = self._submit(future)
        last = future.result()
        elapsed_s = time.perf_counter() - started
        assert last == self._sizes.chain
        return elapsed_s


if __name__ == "__main__":
    serve(int(sys.argv[1]))
