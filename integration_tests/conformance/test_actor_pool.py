"""`ray.util.ActorPool`, and results as they come."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.actors import Gate
from conformance.api import ray
from conformance.marks import since_ray


@ray.remote(num_cpus=0)
class Doubler:
    def double(self, x: int) -> int:
        return 2 * x

    def pass_gate(self, gate: Any) -> str:
        ray.get(gate.passed.remote())
        return "through"

    def fail(self, x: int) -> int:
        raise ValueError(f"no {x}")


@pytest.fixture(scope="module")
def actors(session: None) -> list[Any]:
    made = [Doubler.remote() for _ in range(2)]
    ray.get([actor.__ray_ready__.remote() for actor in made])
    return made


@pytest.fixture
def pool(actors: list[Any]) -> Any:
    return ray.util.ActorPool(actors)


def double(actor: Any, x: int) -> Any:
    return actor.double.remote(x)


def pass_gate(actor: Any, gate: Any) -> Any:
    return actor.pass_gate.remote(gate)


def test_map_keeps_the_order(pool: Any) -> None:
    assert list(pool.map(double, range(6))) == [0, 2, 4, 6, 8, 10]


def test_map_unordered_gives_everything(pool: Any) -> None:
    assert sorted(pool.map_unordered(double, range(6))) == [0, 2, 4, 6, 8, 10]


def test_map_unordered_gives_what_is_ready(pool: Any) -> None:
    def double_or_pass(actor: Any, x: Any) -> Any:
        return double(actor, x) if isinstance(x, int) else pass_gate(actor, x)

    gate = Gate.remote()
    results = iter(pool.map_unordered(double_or_pass, [gate, 1]))
    assert next(results) == 2
    ray.get(gate.open.remote())
    assert list(results) == ["through"]


def test_map_of_nothing(pool: Any) -> None:
    assert list(pool.map(double, [])) == []


def test_submit_and_get_next(pool: Any) -> None:
    for x in range(3):
        pool.submit(double, x)
    assert [pool.get_next() for _ in range(3)] == [0, 2, 4]
    assert not pool.has_next()


def test_get_next_unordered(pool: Any) -> None:
    gate = Gate.remote()
    pool.submit(pass_gate, gate)
    pool.submit(double, 1)
    assert pool.get_next_unordered() == 2
    ray.get(gate.open.remote())
    assert pool.get_next_unordered() == "through"


@pytest.mark.parametrize("name", ["get_next", "get_next_unordered"])
def test_nothing_more_to_get(pool: Any, name: str) -> None:
    with pytest.raises(StopIteration):
        getattr(pool, name)()


@pytest.mark.parametrize("name", ["get_next", "get_next_unordered"])
def test_a_result_that_is_late(pool: Any, name: str) -> None:
    gate = Gate.remote()
    pool.submit(pass_gate, gate)
    with pytest.raises(TimeoutError):
        getattr(pool, name)(timeout=0.01)
    ray.get(gate.open.remote())
    assert getattr(pool, name)() == "through"


def test_a_result_that_is_given_up(pool: Any) -> None:
    gate = Gate.remote()
    pool.submit(pass_gate, gate)
    with pytest.raises(TimeoutError):
        pool.get_next(timeout=0.01, ignore_if_timedout=True)
    assert not pool.has_next()
    ray.get(gate.open.remote())


def test_in_order_after_out_of_order_is_refused(pool: Any) -> None:
    gate = Gate.remote()
    pool.submit(pass_gate, gate)
    pool.submit(double, 1)
    assert pool.get_next_unordered() == 2
    with pytest.raises(ValueError, match="get_next_unordered"):
        pool.get_next()
    ray.get(gate.open.remote())
    assert pool.get_next_unordered() == "through"


def test_an_error_leaves_the_pool_usable(pool: Any) -> None:
    pool.submit(lambda actor, x: actor.fail.remote(x), 1)
    with pytest.raises(ValueError, match="no 1"):
        pool.get_next()
    pool.submit(double, 4)
    assert pool.get_next() == 8


def test_idle_actors_can_be_taken_out_and_put_back(pool: Any) -> None:
    assert pool.has_free()
    taken = [pool.pop_idle(), pool.pop_idle()]
    assert None not in taken
    assert pool.pop_idle() is None
    assert not pool.has_free()
    for actor in taken:
        pool.push(actor)
    assert list(pool.map(double, [1])) == [2]


def test_an_actor_is_in_the_pool_once(pool: Any, actors: list[Any]) -> None:
    with pytest.raises(ValueError, match="already belongs"):
        pool.push(actors[0])


def test_more_work_than_actors_waits(pool: Any) -> None:
    for x in range(5):
        pool.submit(double, x)
    assert not pool.has_free()
    assert [pool.get_next() for _ in range(5)] == [0, 2, 4, 6, 8]


@ray.remote(num_cpus=0.1)
def square(x: int) -> int:
    return x * x


@since_ray("2.49.2", "`ray.util.as_completed`", client_has_it=True)
def test_as_completed_gives_what_is_ready_first() -> None:
    gate = Gate.remote()
    results = ray.util.as_completed([gate.passed.remote("late"), square.remote(3)], chunk_size=1)
    assert next(results) == 9
    ray.get(gate.open.remote())
    assert list(results) == ["late"]


@since_ray("2.49.2", "`ray.util.as_completed`", client_has_it=True)
def test_as_completed_gives_references_on_demand() -> None:
    ref = square.remote(1)
    assert list(ray.util.as_completed([ref], yield_obj_refs=True)) == [ref]


@since_ray("2.49.2", "`ray.util.map_unordered`", client_has_it=True)
def test_map_unordered_calls_the_function_for_each() -> None:
    assert sorted(ray.util.map_unordered(square, [1, 2, 3], chunk_size=1)) == [1, 4, 9]


@since_ray("2.49.2", "`ray.util.map_unordered`", client_has_it=True)
@pytest.mark.parametrize("options", [{"chunk_size": 0}, {"num_returns": 1}], ids=str)
def test_map_unordered_refuses_what_makes_no_sense(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        list(ray.util.map_unordered(square, [1], **options))
