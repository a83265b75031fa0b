"""`ray.util.multiprocessing.Pool`: the interface of Python's pools, with actors."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.actors import Gate, Meeting
from conformance.api import ray
from conformance.marks import difference, since_ray

if ray.__name__ == "ray":
    from ray.util.multiprocessing import Pool, TimeoutError
else:
    from ray_client.util.multiprocessing import Pool, TimeoutError


@pytest.fixture(scope="module")
def pool(session: None) -> Iterator[Any]:
    with Pool(2) as made:
        yield made


def square(x: int) -> int:
    return x * x


def add(x: int, y: int) -> int:
    return x + y


def fail_at_three(x: int) -> int:
    if x == 3:
        raise ValueError("three")
    return x


def pass_gate(gate: Any) -> str:
    if gate is not None:
        ray.get(gate.passed.remote())
    return "through the gate" if gate is not None else "no gate"


def attend(meeting: Any) -> int:
    ray.get(meeting.attend.remote(os.getpid()))
    return os.getpid()


def test_map_keeps_the_order(pool: Any) -> None:
    assert pool.map(square, range(20)) == [x * x for x in range(20)]


@pytest.mark.parametrize("chunksize", [1, 3, 100])
def test_map_in_chunks(pool: Any, chunksize: int) -> None:
    assert pool.map(square, range(10), chunksize=chunksize) == [x * x for x in range(10)]


def test_map_of_nothing(pool: Any) -> None:
    assert pool.map(square, []) == []


def test_map_takes_an_iterator(pool: Any) -> None:
    assert pool.map(square, iter([1, 2, 3])) == [1, 4, 9]


def test_map_shares_the_work(pool: Any) -> None:
    found = set(pool.map(attend, [Meeting.remote(2)] * 8, chunksize=1))
    assert len(found) == 2
    assert os.getpid() not in found


def test_map_raises_what_the_function_raised(pool: Any) -> None:
    with pytest.raises(ValueError, match="three"):
        pool.map(fail_at_three, range(6))


def test_starmap_spreads_the_arguments(pool: Any) -> None:
    assert pool.starmap(add, [(1, 2), (3, 4)]) == [3, 7]


def test_starmap_async(pool: Any) -> None:
    assert pool.starmap_async(add, [(1, 2), (3, 4)]).get() == [3, 7]


def test_a_closure_can_be_mapped(pool: Any) -> None:
    offset = 10
    assert pool.map(lambda x: x + offset, [1, 2]) == [11, 12]


def test_apply(pool: Any) -> None:
    assert pool.apply(add, (1, 2)) == 3
    assert pool.apply(add, (1,), {"y": 4}) == 5
    assert pool.apply(add, kwargs={"x": 1, "y": 1}) == 2


def test_apply_raises_what_the_function_raised(pool: Any) -> None:
    with pytest.raises(ValueError, match="three"):
        pool.apply(fail_at_three, (3,))


def test_apply_async_calls_back(pool: Any) -> None:
    called, results = threading.Event(), []

    def take(result: Any) -> None:
        results.append(result)
        called.set()

    assert pool.apply_async(add, (1, 2), callback=take).get(timeout=30) == 3
    assert called.wait(30)
    assert results == [3]


def test_map_async_calls_back_with_all(pool: Any) -> None:
    called, results = threading.Event(), []

    def take(result: Any) -> None:
        results.append(result)
        called.set()

    pool.map_async(square, range(4), chunksize=1, callback=take).wait(30)
    assert called.wait(30)
    assert [sorted(one) for one in results] == [[0, 1, 4, 9]]


def test_an_error_calls_back_once(pool: Any) -> None:
    called, errors, results = threading.Event(), [], []

    def take(error: Any) -> None:
        errors.append(error)
        called.set()

    result = pool.map_async(fail_at_three, [3, 3, 1], chunksize=1, callback=results.append, error_callback=take)
    result.wait(30)
    assert called.wait(30)
    assert (len(errors), results) == (1, [])
    assert isinstance(errors[0], Exception)


@difference("Ray's pool hands over its own private PoolTaskError, against its documentation; here it is the exception")
def test_an_error_callback_gets_the_exception(pool: Any) -> None:
    called, errors = threading.Event(), []

    def take(error: Any) -> None:
        errors.append(error)
        called.set()

    pool.apply_async(fail_at_three, (3,), error_callback=take).wait(30)
    assert called.wait(30)
    assert isinstance(errors[0], ValueError)


def test_a_result_says_whether_it_is_ready(pool: Any) -> None:
    gate = Gate.remote()
    result = pool.apply_async(pass_gate, (gate,))
    assert not result.ready()
    with pytest.raises(ValueError, match="not ready"):
        result.successful()
    ray.get(gate.open.remote())
    result.wait(30)
    assert result.ready()
    assert result.successful()


def test_a_failed_result_is_not_successful(pool: Any) -> None:
    result = pool.apply_async(fail_at_three, (3,))
    result.wait(30)
    assert not result.successful()


def test_a_result_can_be_waited_for_too_briefly(pool: Any) -> None:
    gate = Gate.remote()
    result = pool.apply_async(pass_gate, (gate,))
    result.wait(0.01)
    with pytest.raises(TimeoutError):
        result.get(timeout=0.01)
    ray.get(gate.open.remote())
    assert result.get(timeout=30) == "through the gate"


def test_imap_keeps_the_order(pool: Any) -> None:
    assert list(pool.imap(square, range(10))) == [x * x for x in range(10)]


def test_imap_in_chunks(pool: Any) -> None:
    assert list(pool.imap(square, range(10), chunksize=4)) == [x * x for x in range(10)]


def test_imap_of_nothing(pool: Any) -> None:
    assert list(pool.imap(square, iter([]))) == []


def test_imap_takes_no_more_than_it_needs(pool: Any) -> None:
    taken = []

    def numbers() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    results = pool.imap(square, numbers())
    assert next(results) == 0
    assert len(taken) < 10


def test_imap_has_a_timeout(pool: Any) -> None:
    gate = Gate.remote()
    results = pool.imap(pass_gate, [gate])
    with pytest.raises(TimeoutError):
        results.next(timeout=0.01)
    ray.get(gate.open.remote())
    assert results.next(timeout=30) == "through the gate"
    with pytest.raises(StopIteration):
        results.next()


def test_imap_unordered_gives_everything(pool: Any) -> None:
    assert sorted(pool.imap_unordered(square, range(10))) == [x * x for x in range(10)]


@since_ray("2.49.2", "`imap_unordered` does not wait for the first call alone", client_has_it=True, hangs=True)
def test_imap_unordered_gives_what_is_ready(pool: Any) -> None:
    gate = Gate.remote()
    results = iter(pool.imap_unordered(pass_gate, [gate, None]))
    assert next(results) == "no gate"
    ray.get(gate.open.remote())
    assert list(results) == ["through the gate"]


@difference(
    "Ray's iterators give the error as a result, a private PoolTaskError; here, as in Python's pools, they raise"
)
@pytest.mark.parametrize("name", ["imap", "imap_unordered"])
def test_imap_raises_what_the_function_raised(pool: Any, name: str) -> None:
    with pytest.raises(ValueError, match="three"):
        list(getattr(pool, name)(fail_at_three, [3]))


def test_an_initializer_runs_in_each_actor() -> None:
    def remember(value: int) -> None:
        os.environ["RAY_CLIENT_POOL_TEST"] = str(value)

    def recall(_: Any) -> str | None:
        return os.environ.get("RAY_CLIENT_POOL_TEST")

    with Pool(2, initializer=remember, initargs=(7,)) as made:
        assert set(made.map(recall, range(4), chunksize=1)) == {"7"}


def test_an_initializer_that_raises_is_heard() -> None:
    def refuse() -> None:
        raise RuntimeError("not today")

    with pytest.raises(ray.exceptions.RayActorError):
        Pool(1, initializer=refuse)


@since_ray("2.43.0", "a pool replaces an actor that has ended of itself")
def test_actors_are_replaced_after_so_many_chunks() -> None:
    with Pool(1, maxtasksperchild=2) as made:
        found = [made.apply(os.getpid) for _ in range(5)]
    assert found[0] == found[1]
    assert len(set(found)) == 3


def test_options_go_to_the_actors() -> None:
    with Pool(1, ray_remote_args={"resources": {"rig": 1}}) as made:
        assert made.apply(lambda: ray.get_runtime_context().get_assigned_resources()["rig"]) == 1


@pytest.mark.parametrize("processes", [0, -1, 1000])
def test_a_wrong_number_of_actors_is_refused(processes: int) -> None:
    with pytest.raises(ValueError, match="pool"):
        Pool(processes)


@pytest.mark.client_only  # Ray's own pool may end its actor before it has the result
def test_a_closed_pool_does_what_it_was_given() -> None:
    made = Pool(1)
    result = made.apply_async(square, (3,))
    made.close()
    made.join()
    assert result.get(timeout=30) == 9


@pytest.mark.parametrize("name", ["map", "map_async", "imap", "imap_unordered", "apply_async", "starmap"])
def test_a_closed_pool_takes_no_work(name: str) -> None:
    made = Pool(1)
    made.close()
    with pytest.raises(ValueError, match="Pool not running"):
        getattr(made, name)(square, [1])
    made.join()


def test_a_terminated_pool_takes_no_work_and_can_be_joined() -> None:
    made = Pool(1)
    result = made.apply_async(pass_gate, (Gate.remote(),))
    made.terminate()
    made.join()
    with pytest.raises(ValueError, match="Pool not running"):
        made.apply(square, (1,))
    with pytest.raises(ray.exceptions.RayError):
        result.get(timeout=30)


def test_a_running_pool_cannot_be_joined(pool: Any) -> None:
    with pytest.raises(ValueError, match="still running"):
        pool.join()


def test_leaving_the_block_ends_the_pool() -> None:
    with Pool(1) as made:
        assert made.apply(square, (2,)) == 4
    with pytest.raises(ValueError, match="Pool not running"):
        made.apply(square, (2,))
    with pytest.raises(ValueError, match="Pool not running"):
        made.__enter__()
