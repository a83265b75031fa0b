"""Graphs of Dask computed by tasks: `ray.util.dask`, which natively needs pandas (`nox -s packages` compares them)."""

from __future__ import annotations

import operator
from typing import Any

import dask
import dask.array
import numpy as np
import pytest

import ray_client as ray
from ray_client.util import dask as dask_on_ray
from ray_client.util.dask import ray_dask_get

pytestmark = pytest.mark.usefixtures("context")


@dask.delayed
def add(x: int, y: int) -> int:
    return x + y


def test_a_chain_of_delayed_calls() -> None:
    total = add(add(1, 2), add(3, 4))
    assert total.compute(scheduler=ray_dask_get) == 10
    assert dask.compute(total, add(1, 1), scheduler=ray_dask_get) == (10, 2)
    assert dask.compute([total, {"key": add(2, 2)}], scheduler=ray_dask_get) == ([10, {"key": 4}],)


def test_an_array() -> None:
    array = dask.array.from_array(np.arange(100).reshape(10, 10), chunks=5)
    expected = np.arange(100).reshape(10, 10)
    assert array.sum().compute(scheduler=ray_dask_get) == expected.sum()
    np.testing.assert_array_equal((array @ array.T).compute(scheduler=ray_dask_get), expected @ expected.T)


def test_a_graph_of_tuples() -> None:
    graph = {"a": 1, "b": (operator.add, "a", 2), "c": "b", "d": (sum, ["a", "b", "c"])}
    assert ray_dask_get(graph, "d") == 7
    assert [list(each) if isinstance(each, tuple) else each for each in ray_dask_get(graph, ["b", ["c", "d"]])] == [
        3,
        [3, 7],
    ]
    assert dask_on_ray.ray_dask_get_sync(graph, "b") == 3


def test_tasks_run_on_the_cluster() -> None:
    @dask.delayed
    def where(_: Any) -> bool:
        return ray.get_runtime_context().get_task_id() is not None

    assert where(add(1, 2)).compute(scheduler=ray_dask_get)


def test_enabled_for_a_block() -> None:
    with dask_on_ray.enable_dask_on_ray():
        assert dask.config.get("scheduler") is ray_dask_get
        assert add(1, 2).compute() == 3
    assert dask.config.get("scheduler", None) is not ray_dask_get
    with dask_on_ray.enable_dask_on_ray(), dask_on_ray.disable_dask_on_ray():
        assert dask.config.get("scheduler") is None


def test_what_a_task_raises() -> None:
    @dask.delayed
    def fail(x: int) -> float:
        return x / 0

    with pytest.raises(ZeroDivisionError):
        add(1, fail(1)).compute(scheduler=ray_dask_get)


def test_options_of_the_tasks() -> None:
    assert add(1, 2).compute(scheduler=ray_dask_get, ray_remote_args={"num_cpus": 0}) == 3
    with dask.annotate(ray_remote_args={"num_cpus": 0}):
        assert add(3, 4).compute(scheduler=ray_dask_get, optimize_graph=False) == 7
    with pytest.raises(ValueError):
        add(1, 2).compute(scheduler=ray_dask_get, resources={"GPU": 1})


def test_persisted_parts_stay_references() -> None:
    array = dask.array.ones(20, chunks=5)
    [kept] = dask_on_ray.ray_dask_persist(array + 1, scheduler=ray_dask_get)
    parts = list(dict(kept.__dask_graph__()).values())
    assert sum("ObjectRef" in repr(part) for part in parts) == 4
    assert kept.sum().compute(scheduler=ray_dask_get) == 40


def test_callbacks_are_told() -> None:
    told: list[Any] = []

    class Callback(dask_on_ray.RayDaskCallback):  # type: ignore[misc, name-defined]
        def _ray_presubmit(self, task: Any, key: Any, deps: Any) -> Any:
            return 40 if key == "b" else None

        def _ray_postsubmit(self, task: Any, key: Any, deps: Any, object_ref: Any) -> None:
            told.append((key, sorted(deps), type(object_ref).__name__))

        def _ray_finish(self, result: Any) -> None:
            told.append("finished")

    graph = {"a": 1, "b": (operator.add, "a", 2), "c": (operator.add, "b", 2)}
    with Callback():
        assert ray_dask_get(graph, "c") == 42
    assert told == [("c", ["b"], "ObjectRef"), "finished"]
    assert ray_dask_get(graph, "c") == 5
    assert ray_dask_get(graph, "c", ray_callbacks=[dask_on_ray.RayDaskCallback()]) == 5
