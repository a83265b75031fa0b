"""Serializers of the user's own, and what is said of values that cannot be sent."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.api import ray
from conformance.marks import since_ray


class Guarded:
    """Cannot be pickled as it is: it holds a lock."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.lock = threading.Lock()


def to_number(guarded: Guarded) -> int:
    return guarded.number


def from_number(number: int) -> Guarded:
    return Guarded(number)


@ray.remote
def number_of(guarded: Any) -> int:
    return guarded.number


@pytest.fixture
def registered() -> Iterator[None]:
    ray.util.register_serializer(Guarded, serializer=to_number, deserializer=from_number)
    yield
    ray.util.deregister_serializer(Guarded)


def test_without_a_serializer_it_cannot_be_sent() -> None:
    with pytest.raises(TypeError):
        ray.put(Guarded(1))


def test_a_serializer_is_used_for_arguments(registered: None) -> None:
    assert ray.get(number_of.remote(Guarded(7))) == 7


def test_a_serializer_is_used_inside_containers(registered: None) -> None:
    @ray.remote
    def total(many: list[Any]) -> int:
        return sum(one.number for one in many)

    assert ray.get(total.remote([Guarded(1), Guarded(2)])) == 3


def test_a_serializer_is_used_for_put_and_get(registered: None) -> None:
    fetched = ray.get(ray.put(Guarded(5)))
    assert (type(fetched), fetched.number) == (Guarded, 5)
    assert fetched.lock.acquire(blocking=False)


def test_a_reference_to_one_can_be_passed_on(registered: None) -> None:
    assert ray.get(number_of.remote(ray.put(Guarded(9)))) == 9


def test_a_worker_that_registers_it_too_can_send_one_back(registered: None) -> None:
    @ray.remote
    def make(number: int) -> Any:
        ray.util.register_serializer(Guarded, serializer=to_number, deserializer=from_number)
        return Guarded(number)

    assert ray.get(make.remote(11)).number == 11


def test_after_deregistering_it_cannot_be_sent() -> None:
    ray.util.register_serializer(Guarded, serializer=to_number, deserializer=from_number)
    ray.util.deregister_serializer(Guarded)
    with pytest.raises(TypeError):
        ray.put(Guarded(1))


def test_deregistering_what_nobody_registered_is_nothing() -> None:
    ray.util.deregister_serializer(Guarded)


def test_a_serializer_that_raises_is_heard() -> None:
    def refuse(guarded: Guarded) -> int:
        raise ValueError("not this one")

    ray.util.register_serializer(Guarded, serializer=refuse, deserializer=from_number)
    try:
        with pytest.raises(Exception, match="not this one"):
            ray.put(Guarded(1))
    finally:
        ray.util.deregister_serializer(Guarded)


def test_what_can_be_sent_is_found_so() -> None:
    is_fine, failures = ray.util.inspect_serializability([1, "a", {"b": 2}], print_file=io.StringIO())
    assert is_fine
    assert failures == set()


@since_ray("2.60.0", "the `path` of what cannot be pickled", client_has_it=True)
def test_a_lock_in_a_closure_is_found() -> None:
    lock = threading.Lock()

    def guarded() -> Any:
        return lock

    report = io.StringIO()
    is_fine, failures = ray.util.inspect_serializability(guarded, name="guarded", print_file=report)
    assert not is_fine
    [failure] = failures
    assert failure.obj is lock
    assert failure.parent is guarded
    assert failure.path[-1] == "lock"
    assert "lock" in report.getvalue()


def test_a_lock_in_an_object_is_found() -> None:
    guarded = Guarded(1)
    is_fine, failures = ray.util.inspect_serializability(guarded, name="guarded", print_file=io.StringIO())
    assert not is_fine
    assert [failure.obj for failure in failures] == [guarded.lock]


def test_depth_zero_looks_at_the_object_alone() -> None:
    guarded = Guarded(1)
    is_fine, failures = ray.util.inspect_serializability(guarded, name="guarded", depth=0, print_file=io.StringIO())
    assert not is_fine
    assert [failure.obj for failure in failures] == [guarded]


def test_the_search_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    ray.util.inspect_serializability(threading.Lock(), name="bare")
    assert "lock" in capsys.readouterr().out
