"""put, get and wait."""

from __future__ import annotations

import pytest

from conformance.actors import Gate
from conformance.api import exceptions, ray


@ray.remote
def identity(value: object) -> object:
    return value


def test_put_and_get() -> None:
    assert ray.get(ray.put({"a": [1, 2]})) == {"a": [1, 2]}


def test_get_keeps_the_order() -> None:
    refs = [ray.put(i) for i in range(20)]
    assert ray.get(refs[::-1]) == list(range(20))[::-1]


def test_get_of_an_empty_list() -> None:
    assert ray.get([]) == []


def test_get_of_the_same_reference_twice() -> None:
    ref = ray.put("same")
    assert ray.get([ref, ref]) == ["same", "same"]


def test_get_with_a_timeout_that_is_not_reached() -> None:
    assert ray.get(identity.remote(1), timeout=30) == 1


def test_get_takes_the_timeout_as_keyword_only() -> None:
    with pytest.raises(TypeError):
        ray.get(ray.put(1), 5)


@pytest.mark.parametrize("wrong", [1, "text", None, {"a": 1}])
def test_get_of_what_is_no_reference(wrong: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        ray.get(wrong)


def test_get_of_a_list_with_what_is_no_reference() -> None:
    with pytest.raises((ValueError, TypeError)):
        ray.get([ray.put(1), 2])


def test_put_of_a_reference_is_refused() -> None:
    with pytest.raises(TypeError):
        ray.put(ray.put(1))


def test_put_of_a_list_of_references() -> None:
    inner = [ray.put(1), ray.put(2)]
    outer = ray.get(ray.put(inner))
    assert outer == inner
    assert ray.get(outer) == [1, 2]


def test_equal_values_are_different_objects() -> None:
    assert ray.put(1) != ray.put(1)


def test_put_copies() -> None:
    mine = [1]
    ref = ray.put(mine)
    mine.append(2)
    assert ray.get(ref) == [1]


def test_what_cannot_be_pickled_is_refused_at_once() -> None:
    import threading

    with pytest.raises(TypeError):
        ray.put(threading.Lock())
    with pytest.raises(TypeError):
        identity.remote(threading.Lock())


def test_wait_gives_one_by_default() -> None:
    refs = [ray.put(i) for i in range(3)]
    ready, pending = ray.wait(refs)
    assert len(ready) == 1
    assert len(pending) == 2
    assert {*ready, *pending} == set(refs)


def test_wait_for_all() -> None:
    refs = [identity.remote(i) for i in range(5)]
    ready, pending = ray.wait(refs, num_returns=5)
    assert (len(ready), pending) == (5, [])
    assert sorted(ray.get(ready)) == list(range(5))


def test_wait_keeps_the_order_given() -> None:
    refs = [ray.put(i) for i in range(6)]
    ready, pending = ray.wait(refs, num_returns=6)
    assert ready == refs
    assert pending == []


def test_wait_with_a_timeout() -> None:
    gate = Gate.remote()
    done, blocked = ray.put(1), gate.passed.remote(2)
    assert ray.wait([blocked], timeout=0) == ([], [blocked])
    assert ray.wait([blocked, done], num_returns=2, timeout=1) == ([done], [blocked])
    ray.get(gate.open.remote())
    assert ray.wait([blocked, done], num_returns=2) == ([blocked, done], [])


def test_get_of_a_list_waits_for_nothing_more_after_an_error() -> None:
    @ray.remote
    def fail() -> None:
        raise KeyError("one")

    gate = Gate.remote()
    blocked = gate.passed.remote(2)
    with pytest.raises(KeyError):
        ray.get([blocked, fail.remote()])
    ray.get(gate.open.remote())
    assert ray.get(blocked) == 2


def test_wait_never_gives_more_than_asked_for() -> None:
    refs = [ray.put(i) for i in range(4)]
    ready, pending = ray.wait(refs, num_returns=2)
    assert (len(ready), len(pending)) == (2, 2)


def test_wait_counts_failed_tasks_as_ready() -> None:
    @ray.remote
    def fail() -> None:
        raise ValueError("done, and failed")

    ref = fail.remote()
    assert ray.wait([ref], timeout=30) == ([ref], [])


def test_wait_without_fetching() -> None:
    ref = identity.remote(1)
    assert ray.wait([ref], fetch_local=False) == ([ref], [])


def test_wait_of_an_empty_list() -> None:
    assert ray.wait([]) == ([], [])


@pytest.mark.parametrize("count", [0, -1, 4])
def test_wait_for_an_impossible_number(count: int) -> None:
    with pytest.raises(ValueError):
        ray.wait([ray.put(i) for i in range(3)], num_returns=count)


def test_wait_refuses_duplicates() -> None:
    ref = ray.put(1)
    with pytest.raises(ValueError):
        ray.wait([ref, ref])


def test_wait_refuses_a_single_reference() -> None:
    with pytest.raises(TypeError):
        ray.wait(ray.put(1))


def test_wait_refuses_other_things() -> None:
    with pytest.raises(TypeError):
        ray.wait([1, 2])
    with pytest.raises(TypeError):
        ray.wait("text")


def test_wait_refuses_a_negative_timeout() -> None:
    with pytest.raises(ValueError):
        ray.wait([ray.put(1)], timeout=-1)


def test_results_as_they_come() -> None:
    pending = [identity.remote(i) for i in range(10)]
    seen = []
    while pending:
        [ref], pending = ray.wait(pending)
        seen.append(ray.get(ref))
    assert sorted(seen) == list(range(10))


def test_get_from_inside_a_task() -> None:
    @ray.remote
    def inside(refs: list) -> tuple:
        ready, pending = ray.wait(refs, num_returns=2, timeout=20)
        return len(ready), len(pending), ray.get(ray.put(5))

    assert ray.get(inside.remote([ray.put(1), ray.put(2)])) == (2, 0, 5)


def test_a_timeout_does_not_spoil_the_reference() -> None:
    gate = Gate.remote()
    ref = gate.passed.remote("late")
    with pytest.raises(exceptions.GetTimeoutError):
        ray.get([ray.put(1), ref], timeout=0.05)
    ray.get(gate.open.remote())
    assert ray.get(ref) == "late"


def test_is_initialized() -> None:
    assert ray.is_initialized() is True


def test_a_second_init_is_refused_or_ignored() -> None:
    with pytest.raises(RuntimeError):
        ray.init()
    ray.init(ignore_reinit_error=True)
    assert ray.get(ray.put(1)) == 1
