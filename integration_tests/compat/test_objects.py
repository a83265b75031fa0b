"""put, get, wait and await; what values may be."""

from __future__ import annotations

import asyncio
import collections
import concurrent.futures
import dataclasses
import datetime
import decimal
import enum
import pathlib
import threading

import pytest

import ray_client as ray
from ray_client.exceptions import GetTimeoutError


@ray.remote
def identity(value: object) -> object:
    return value


@ray.remote
def sleep() -> None:
    import time

    time.sleep(1000)


class Colour(enum.Enum):
    RED = "r"


@dataclasses.dataclass(frozen=True)
class Point:
    x: int
    tags: tuple[str, ...] = ()


Pair = collections.namedtuple("Pair", ["left", "right"])


def test_put_and_get() -> None:
    assert ray.get(ray.put({"a": [1, 2]})) == {"a": [1, 2]}


def test_get_keeps_the_order() -> None:
    refs = [ray.put(i) for i in range(50)]
    assert ray.get(refs[::-1]) == list(range(50))[::-1]


def test_get_with_a_timeout() -> None:
    ref = sleep.remote()
    with pytest.raises(GetTimeoutError):
        ray.get(ref, timeout=0.1)
    ray.cancel(ref, force=True)


def test_wait() -> None:
    blocked, done = sleep.remote(), [ray.put(i) for i in range(3)]
    assert ray.wait(done, num_returns=3) == (done, [])
    assert ray.wait([blocked, done[0]], num_returns=2, timeout=0.5) == ([done[0]], [blocked])
    ray.cancel(blocked, force=True)


def test_put_of_references() -> None:
    inner = [ray.put(1), ray.put(2)]
    outer = ray.get(ray.put(inner))
    assert outer == inner
    assert ray.get(outer) == [1, 2]


def test_what_cannot_be_pickled_is_refused_at_once() -> None:
    with pytest.raises(TypeError):
        ray.put(threading.Lock())
    with pytest.raises(TypeError):
        identity.remote(threading.Lock())


def test_values_of_the_standard_library() -> None:
    values = [
        None,
        2**80,
        1 + 2j,
        "text with é and \U0001f600",
        b"bytes\x00",
        {"a": {"b": (1, [2, {3}])}},
        frozenset({3}),
        collections.OrderedDict(a=1),
        collections.deque([1, 2], maxlen=3),
        datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc),
        decimal.Decimal("1.10"),
        pathlib.PurePosixPath("/a/b"),
        range(5),
        ...,
        int,
    ]
    assert ray.get([identity.remote(value) for value in values]) == values


def test_instances_of_own_classes_are_instances_here() -> None:
    @ray.remote
    def make() -> list:
        return [Point(2, ("a",)), Colour.RED, Pair(1, 2)]

    point, colour, pair = ray.get(make.remote())
    assert point == Point(2, ("a",)) and type(point) is Point
    assert colour is Colour.RED
    assert type(pair) is Pair


def test_instances_go_there_and_back() -> None:
    point, colour, pair = ray.get(identity.remote((Point(1), Colour.RED, Pair(1, 2))))
    assert type(point) is Point and point == Point(1)
    assert colour is Colour.RED
    assert type(pair) is Pair and pair == (1, 2)


def test_recursive_and_shared_values() -> None:
    loop: list = [1]
    loop.append(loop)
    back = ray.get(identity.remote([loop, loop]))
    assert back[0] is back[1]
    assert back[0][1] is back[0]


def test_the_ray_module_is_a_value() -> None:
    @ray.remote
    def use(module) -> int:
        return module.get(module.put(3))

    assert ray.get(use.remote(ray)) == 3


def test_await_and_gather() -> None:
    async def main() -> list:
        assert await identity.remote(1) == 1
        with pytest.raises(ZeroDivisionError):
            await ray.remote(lambda: 1 // 0).remote()
        return await asyncio.gather(*[identity.remote(i) for i in range(10)])

    assert asyncio.run(main()) == list(range(10))


def test_futures() -> None:
    futures = [identity.remote(i).future() for i in range(5)]
    assert {future.result(60) for future in concurrent.futures.as_completed(futures, 60)} == set(range(5))


def test_many_values_in_one_get() -> None:
    refs = [ray.put([i] * 50) for i in range(200)]
    assert [value[0] for value in ray.get(refs)] == list(range(200))


def test_threads() -> None:
    seen: list[int] = []
    threads = [threading.Thread(target=lambda n=n: seen.append(ray.get(identity.remote(n)))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(8))
