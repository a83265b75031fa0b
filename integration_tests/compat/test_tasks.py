"""Remote functions: arguments, results, options."""

from __future__ import annotations

import os

import pytest

import ray_client as ray


@ray.remote
def add(a: int, b: int = 10, *rest: int, scale: int = 1, **more: int) -> int:
    """Add everything up."""
    return (a + b + sum(rest) + sum(more.values())) * scale


@ray.remote(num_returns=2)
def pair() -> tuple[int, str]:
    return 1, "two"


def test_arguments_arrive_as_in_a_plain_call() -> None:
    refs = [add.remote(1), add.remote(1, b=5), add.remote(1, 2, 3, 4), add.remote(1, 2, scale=3, x=1)]
    assert ray.get(refs) == [11, 6, 10, 12]


def test_references_as_arguments_are_resolved() -> None:
    assert ray.get(add.remote(ray.put(1), b=add.remote(1, 1), x=ray.put(4))) == 7


def test_references_in_containers_stay_references() -> None:
    @ray.remote
    def total(box: dict) -> int:
        return sum(ray.get(box["refs"]))

    assert ray.get(total.remote({"refs": [ray.put(1), add.remote(1, 1)]})) == 3


def test_wrong_arguments_are_refused_where_the_call_is_made() -> None:
    with pytest.raises(TypeError):
        add.remote()


def test_many_tasks() -> None:
    assert ray.get([add.remote(i, i) for i in range(100)]) == [2 * i for i in range(100)]


def test_a_chain_of_tasks() -> None:
    ref = add.remote(0, 0)
    for _ in range(20):
        ref = add.remote(ref, 1)
    assert ray.get(ref) == 20


def test_several_returns() -> None:
    one, two = pair.remote()
    assert ray.get([two, one]) == ["two", 1]


def test_no_returns() -> None:
    @ray.remote(num_returns=0)
    def nothing() -> None:
        return None

    assert nothing.remote() is None


@pytest.mark.filterwarnings("ignore:num_returns='dynamic'")
def test_dynamic_returns() -> None:
    @ray.remote(num_returns="dynamic")
    def squares(n: int):
        for i in range(n):
            yield i * i

    assert [ray.get(ref) for ref in ray.get(squares.remote(4))] == [0, 1, 4, 9]


def test_options() -> None:
    assert ray.get(pair.options(num_returns=1, name="other", num_cpus=0.5).remote()) == (1, "two")


def test_an_option_that_nobody_knows() -> None:
    with pytest.raises(ValueError, match="num_cpu"):
        ray.get(ray.remote(num_cpu=1)(lambda: 1).remote())


def test_custom_resources() -> None:
    @ray.remote(resources={"rig": 1}, num_cpus=0)
    def assigned() -> dict:
        return ray.get_runtime_context().get_assigned_resources()

    assert ray.get(assigned.remote()) == {"rig": 1}


def test_nested_tasks() -> None:
    @ray.remote
    def outer(n: int) -> int:
        return sum(ray.get([add.remote(i, 0) for i in range(n)]))

    assert ray.get(outer.remote(4)) == 6


def test_a_reference_returned_from_a_task() -> None:
    @ray.remote
    def outer():
        return add.remote(1, 1)

    inner = ray.get(outer.remote())
    assert isinstance(inner, ray.ObjectRef)
    assert ray.get(inner) == 2


def test_retry_of_exceptions(tmp_path) -> None:
    @ray.remote(max_retries=2, retry_exceptions=[KeyError])
    def flaky(path: str) -> int:
        with open(path, "a") as file:
            file.write("x")
        if os.path.getsize(path) < 2:
            raise KeyError("again")
        return os.path.getsize(path)

    assert ray.get(flaky.remote(str(tmp_path / "tries"))) == 2


def test_tasks_run_elsewhere() -> None:
    @ray.remote
    def pid() -> int:
        return os.getpid()

    assert ray.get(pid.remote()) != os.getpid()


@pytest.mark.filterwarnings("ignore:DAGNode.execute")
def test_a_graph_of_calls() -> None:
    assert ray.get(add.bind(add.bind(1, 2), b=4).execute()) == 7
