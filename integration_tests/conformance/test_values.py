"""What values may be, and what arrives of them."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import pathlib
import re
import uuid
from typing import Any

import numpy as np
import pytest

from conformance.api import ray


@ray.remote
def identity(value: object) -> object:
    return value


class Colour(enum.Enum):
    RED = "r"
    GREEN = "g"


class Level(enum.IntFlag):
    LOW = 1
    HIGH = 2


@dataclasses.dataclass(frozen=True)
class Point:
    x: int
    y: float = 0.5
    tags: tuple[str, ...] = ()


Pair = collections.namedtuple("Pair", ["left", "right"])


class Plain:
    pass


class Reduced:
    def __init__(self, value: int) -> None:
        self.value = value
        self.secret = lambda: value  # plain pickle would refuse this

    def __reduce__(self) -> tuple:
        return Reduced, (self.value,)


VALUES = [
    None,
    True,
    0,
    -1,
    2**80,
    1.5,
    float("inf"),
    1 + 2j,
    "",
    "text with é and \U0001f600",
    b"",
    b"bytes\x00",
    [],
    [1, [2, [3]]],
    (),
    (1,),
    {},
    {"a": {"b": (1, 2)}},
    {1, 2},
    frozenset({3}),
    range(5),
    slice(1, 2),
    ...,
    NotImplemented,
    Colour.RED,
    Level.LOW | Level.HIGH,
    Point(1, tags=("x",)),
    Pair(1, "two"),
    collections.OrderedDict(a=1),
    collections.Counter("aab"),
    collections.deque([1, 2], maxlen=3),
    datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc),
    decimal.Decimal("1.10"),
    uuid.UUID(int=5),
    pathlib.PurePosixPath("/a/b"),
    re.compile("a+"),
    int,
    Colour,
    Point,
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:30])
def test_values_come_back_equal(value: object) -> None:
    stored, returned = ray.put(value), identity.remote(value)
    for back in ray.get([stored, returned]):
        assert back == value
        assert type(back) is type(value)


def test_instances_of_own_classes_are_instances_here() -> None:
    @ray.remote
    def make() -> list:
        return [Point(2), Colour.GREEN, Pair(1, 2)]

    point, colour, pair = ray.get(make.remote())
    assert isinstance(point, Point)
    assert colour is Colour.GREEN
    assert isinstance(pair, Pair)


def test_instances_of_a_local_class() -> None:
    class Local:
        def __init__(self, n: int) -> None:
            self.n = n

        def double(self) -> int:
            return 2 * self.n

    local = ray.get(identity.remote(Local(4)))
    assert isinstance(local, Local)
    assert local.double() == 8


def test_a_class_with_its_own_reduce() -> None:
    back = ray.get(identity.remote(Reduced(5)))
    assert isinstance(back, Reduced)
    assert back.secret() == 5


def test_lambdas() -> None:
    n = 3
    assert ray.get(ray.put(lambda x: x + n))(1) == 4


def test_bound_methods() -> None:
    assert ray.get(identity.remote([1, 2].index))(2) == 1


def test_recursive_values() -> None:
    loop: list = [1]
    loop.append(loop)
    back = ray.get(identity.remote(loop))
    assert back[1] is back
    table: dict = {}
    table["self"] = table
    back = ray.get(ray.put(table))
    assert back["self"] is back


def test_shared_parts_stay_shared() -> None:
    part = Plain()
    first, second = ray.get(identity.remote([part, part]))
    assert first is second


def test_a_small_array() -> None:
    array = np.arange(12).reshape(3, 4)
    back = ray.get(identity.remote(array))
    assert np.array_equal(back, array)
    assert back.dtype == array.dtype


def test_a_large_array_is_read_only() -> None:
    back = ray.get(ray.put(np.zeros(1_000_000)))
    assert back.flags.writeable is False
    with pytest.raises(ValueError):
        back[0] = 1
    copy = back.copy()
    copy[0] = 1


def test_a_task_cannot_write_into_its_large_argument() -> None:
    @ray.remote
    def write(array: np.ndarray) -> str:
        try:
            array[0] = 1
        except ValueError:
            return "read-only"
        return "written"

    assert ray.get(write.remote(ray.put(np.zeros(1_000_000)))) == "read-only"


@pytest.mark.parametrize("size", [4_095, 4_096, 100_000, 262_144, 262_145, 1_048_576, 3_000_000])
def test_bytes_around_the_limits_of_transport(size: int) -> None:
    value = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert ray.get(ray.put(value)) == value
    assert ray.get(identity.remote(value)) == value


@pytest.mark.parametrize("order", ["C", "F"])
def test_array_layouts(order: str) -> None:
    array = np.asarray(np.random.default_rng(1).random((300, 400)), order=order)
    back = ray.get(identity.remote(array))
    assert np.array_equal(back, array)
    assert np.array_equal(ray.get(identity.remote(array[::2, ::3])), array[::2, ::3])


def test_several_large_arrays_in_one_value() -> None:
    arrays = {name: np.full(100_000, i) for i, name in enumerate("abc")}
    back = ray.get(identity.remote(arrays))
    assert all(np.array_equal(back[name], arrays[name]) for name in arrays)


def test_arrays_of_objects_and_text() -> None:
    back = ray.get(identity.remote([np.array(["a", "bc"]), np.array([{"k": 1}, None], dtype=object)]))
    assert list(back[0]) == ["a", "bc"]
    assert back[1][0] == {"k": 1}


def test_a_structured_array() -> None:
    array = np.array([(1, 2.5)], dtype=[("n", "i4"), ("x", "f8")])
    back = ray.get(ray.put(array))
    assert back.dtype == array.dtype
    assert back["x"][0] == 2.5


def test_a_large_value_with_everything() -> None:
    value = {"array": np.arange(500_000), "text": "x" * 500_000, "bytes": b"y" * 500_000, "point": Point(1)}
    back = ray.get(identity.remote(value))
    assert np.array_equal(back["array"], value["array"])
    assert (back["text"], back["bytes"], back["point"]) == (value["text"], value["bytes"], value["point"])


def test_a_large_closure() -> None:
    table = np.arange(1_000_000)

    @ray.remote
    def total() -> int:
        return int(table.sum())

    assert ray.get(total.remote()) == int(table.sum())


def test_a_large_result_of_several() -> None:
    @ray.remote(num_returns=2)
    def split() -> tuple:
        return np.ones(300_000), np.zeros(300_000)

    ones, zeros = ray.get(list(split.remote()))
    assert (ones.sum(), zeros.sum()) == (300_000, 0)


def test_many_values_in_one_get() -> None:
    refs = [ray.put([i] * 100) for i in range(300)]
    assert [value[0] for value in ray.get(refs)] == list(range(300))


def test_the_ray_module_is_a_value() -> None:
    @ray.remote
    def use(module) -> int:
        return module.get(module.put(3))

    assert ray.get(use.remote(ray)) == 3


def test_types_of_the_api_are_values() -> None:
    @ray.remote
    def check(kind: type, refs: list) -> bool:
        return isinstance(refs[0], kind)

    assert ray.get(check.remote(ray.ObjectRef, [ray.put(1)])) is True
    assert ray.get(identity.remote(ray.exceptions.RayTaskError)) is ray.exceptions.RayTaskError


def test_a_module_as_a_value() -> None:
    import json

    assert ray.get(ray.put(json)) is json


SIZES = (1, 7, 100, 4095, 4096, 10_001, 65_537, 200_003, 262_144, 300_001, 1_000_003)


def places(arrays: Any) -> list[int]:
    """Where arrays begin, counted from the last multiple of 64 bytes."""
    return [array.ctypes.data % 64 for array in arrays]


@ray.remote(num_cpus=0)
def bytes_of(sizes: list[int]) -> Any:
    arrays = [np.full(size, 7, np.uint8) for size in sizes]
    return arrays[0] if len(arrays) == 1 else arrays


@pytest.mark.parametrize("size", SIZES)
def test_an_array_is_aligned_whatever_its_size(size: int) -> None:
    array = np.full(size, 7, np.uint8)
    stored = ray.put(array)
    came = [*ray.get([stored, bytes_of.remote([size]), identity.remote(array), identity.remote(stored)])]
    assert places(came) == [0] * 4
    assert all(np.array_equal(other, array) for other in came)
    assert ray.get(places_there.remote(array, [array])) == [0, 0]


@ray.remote(num_cpus=0)
def places_there(array: Any, arrays: list) -> list[int]:
    return places([array, *arrays])


def test_arrays_of_one_value_are_aligned() -> None:
    large = [size for size in SIZES if size >= 4096]
    arrays = [np.full(size, 7, np.uint8) for size in large]
    for came in ray.get([ray.put(arrays), bytes_of.remote(large)]):
        assert places(came) == [0] * len(large)
        assert all(np.array_equal(one, other) for one, other in zip(came, arrays, strict=True))


def test_small_arrays_of_one_value_are_aligned_for_their_elements() -> None:
    came = ray.get(bytes_of.remote(list(SIZES)))
    assert {place % 8 for place in places(came)} == {0}
    assert not any(array.flags.writeable for array in came)
