"""Values that nobody opens before their user does: what they are made of, and when."""

from __future__ import annotations

import collections
import threading

import numpy as np
import pytest

from conformance.api import ray
from conformance.marks import since_ray


class Lock:
    """What it makes again cannot be pickled."""

    def __reduce__(self) -> tuple:
        return threading.Semaphore, (1,)


class Broken:
    """It cannot be made again."""

    def __reduce__(self) -> tuple:
        return int, ("no number",)


@ray.remote(num_cpus=0)
def kind(*values: object, **named: object) -> list[str]:
    return [type(value).__name__ for value in (*values, *named.values())]


@ray.remote(num_cpus=0)
class Kinds:
    def __init__(self, *values: object) -> None:
        self.created = [type(value).__name__ for value in values]

    def of(self, *values: object, **named: object) -> list[str]:
        return self.created + [type(value).__name__ for value in (*values, *named.values())]


@pytest.mark.needs_closed_values
def test_what_cannot_be_pickled_again_is_an_argument() -> None:
    assert ray.get(kind.remote(Lock(), [Lock()], lock=Lock())) == ["Semaphore", "list", "Semaphore"]
    actor = Kinds.remote(Lock())
    assert ray.get(actor.of.remote(1, lock=Lock())) == ["Semaphore", "int", "Semaphore"]


@pytest.mark.needs_closed_values
def test_what_cannot_be_pickled_again_is_stored() -> None:
    assert ray.get(kind.remote(ray.put(Lock()), Lock())) == ["Semaphore", "Semaphore"]
    assert ray.get(kind.remote(ray.put({"a": [Lock()]}))) == ["dict"]


@pytest.mark.needs_closed_values
def test_it_goes_beside_what_has_to_be_opened() -> None:
    ref = ray.put("text")
    assert ray.get(kind.remote(ref, Lock(), [ref], kind, lambda: 1)) == [
        *("str", "Semaphore", "list", "RemoteFunction", "function")
    ]


@pytest.mark.needs_closed_values
@since_ray("2.49.2", "the error of an argument that cannot be unpickled", client_has_it=True)
def test_an_argument_that_cannot_be_made_again_fails_its_call() -> None:
    for call in (lambda: kind.remote(Broken()), lambda: kind.remote(1, named=Broken()), lambda: method(Broken())):
        with pytest.raises(ray.exceptions.RayTaskError, match="no number") as caught:
            ray.get(call())
        assert isinstance(caught.value, ray.exceptions.RaySystemError)
        assert "At least one of the input arguments for this task could not be computed" in str(caught.value)


def method(value: object) -> object:
    return Kinds.remote().of.remote(value)


@pytest.mark.needs_closed_values
@since_ray("2.49.2", "the error of an argument that cannot be unpickled", client_has_it=True)
def test_an_argument_of_an_actor_that_cannot_be_made_again_is_the_end_of_it() -> None:
    with pytest.raises(ray.exceptions.ActorDiedError, match="no number"):
        ray.get(Kinds.remote(Broken()).of.remote())


@pytest.mark.needs_closed_values
def test_a_stored_value_that_cannot_be_made_again_fails_where_it_is_read() -> None:
    stored = ray.put(Broken())
    assert ray.wait([stored], timeout=10)[0] == [stored]
    with pytest.raises(ray.exceptions.RaySystemError, match="no number"):
        ray.get(stored)
    with pytest.raises(ray.exceptions.RayTaskError, match="no number"):
        ray.get(kind.remote(stored))


@ray.remote(num_cpus=0)
def facts(arrays: list) -> list[tuple]:
    return [(array.flags.writeable, array.ctypes.data % 64, int(array.sum())) for array in arrays]


@pytest.mark.parametrize("size", [0, 1, 100, 4_095, 4_096, 100_000, 1_000_000])
def test_arrays_are_read_only_and_aligned_where_they_are_used(size: int) -> None:
    arrays = [np.ones(size, np.uint8), np.ones((size, 2), np.uint8, order="F")]
    for found in ray.get([facts.remote(arrays), facts.remote(ray.put(arrays))]):
        assert [each[::2] for each in found] == [(False, size), (False, 2 * size)]
        assert not size or [found[0][1], found[1][1] % (64 if size >= 4_096 else 8)] == [0, 0]


@ray.remote(num_cpus=0)
def same(values: object) -> list[bool]:
    first, *others = values.values() if isinstance(values, dict) else values
    return [(other[0] if isinstance(other, collections.deque) else other) is first for other in others]


@pytest.mark.parametrize(
    "more",
    [
        *((), (np.arange(3),)),
        pytest.param((Lock(),), marks=pytest.mark.needs_closed_values),
    ],
    ids=["alone", "array", "lock"],
)
def test_lists_are_no_longer_shared_and_all_else_is(more: tuple) -> None:
    part, array = [1], np.arange(3)
    for values, expected in (
        ([part, part, *more], False),
        ({"a": part, "b": part, "c": more}, False),
        ((part, part, *more), True),
        ([(part,), (part,), *more], False),
        ([array, array, *more], True),
        ([part, collections.deque([part]), *more], False),
    ):
        for found in ray.get([same.remote(values), same.remote(ray.put(values))]):
            assert found[0] is expected


def test_arguments_share_nothing() -> None:
    @ray.remote(num_cpus=0)
    def is_one(first: object, second: object, *, third: object) -> bool:
        return first is second or first is third

    for value in ([1], (1, [2]), np.arange(3), {"a": np.arange(3)}, threading.Event):
        expected = value is threading.Event
        assert ray.get(is_one.remote(value, value, third=value)) is expected


def test_bytes_of_a_kind_of_their_own_are_bytes() -> None:
    assert ray.get(kind.remote(np.bytes_(b"x"), ray.put(np.bytes_(b"x")))) == ["bytes", "bytes"]


def test_a_reducer_is_called_once(tmp_path) -> None:
    class Counted:
        calls = 0

        def __reduce__(self) -> tuple:
            Counted.calls += 1
            return complex, (1, 2)

    ray.put(Counted())
    kind.remote(Counted())
    ray.get(kind.remote(1, [Counted()], named=Counted()))
    assert Counted.calls == 4


def test_errors_are_values() -> None:
    stored, lone = ray.put([ValueError("a"), KeyError("b")]), ray.put(OSError(2, "c"))
    assert [repr(error) for error in ray.get(stored)] == ["ValueError('a')", "KeyError('b')"]
    assert ray.get(lone).args == (2, "c")
    assert ray.get(kind.remote(lone, ValueError("a"))) == ["FileNotFoundError", "ValueError"]
