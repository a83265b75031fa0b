"""Parts of Ray beside Data, Train, Tune and Serve, from an environment without ray."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
from typing import Any

import pytest
from ray_client.dag.compiled_dag_node import CompiledDAG

import ray_client as ray
from ray_client import data, tune
from ray_client.dag import InputNode, MultiOutputNode
from ray_client_libraries import manifest, modules

pytestmark = pytest.mark.usefixtures("context")


@ray.remote(num_cpus=0)
class Adder:
    def __init__(self, more: int) -> None:
        self.more = more

    def add(self, value: int) -> int:
        return value + self.more

    def fail(self, value: int) -> int:
        raise ValueError(f"no {value}")


def compiled(node: Any) -> Any:
    graph = node.experimental_compile()
    assert isinstance(graph, CompiledDAG)
    return graph


def test_a_graph_is_compiled_in_the_driver_and_executed_many_times() -> None:
    first, second = Adder.remote(1), Adder.remote(10)
    with InputNode() as given:
        node = second.add.bind(first.add.bind(given))
    with pytest.deprecated_call():
        assert ray.get(node.execute(1)) == 12  # by calls, from here
    graph = compiled(node)
    for value in range(5):
        assert ray.get(graph.execute(value)) == value + 11
    graph.teardown()


def test_a_graph_with_several_ends_and_parts_of_its_input() -> None:
    first, second = Adder.remote(1), Adder.remote(10)
    with InputNode() as given:
        node = MultiOutputNode([first.add.bind(given[0]), second.add.bind(given.more)])
    graph = compiled(node)
    assert ray.get(graph.execute(1, more=2)) == [2, 12]
    references = graph.execute(3, more=4)
    assert [ray.get(reference, timeout=30) for reference in references] == [4, 14]
    graph.teardown()


def test_an_error_in_a_compiled_graph_is_that_of_the_actor() -> None:
    adder = Adder.remote(1)
    with InputNode() as given:
        graph = compiled(adder.fail.bind(given))
    with pytest.raises(ValueError, match="no 3"):
        ray.get(graph.execute(3))
    graph.teardown()


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take names away, as if they were those of a newer Ray."""
    for module, name in (
        *(("data", "range"), ("data.read_api", "range"), ("data", "Dataset"), ("data.dataset", "Dataset")),
        *(("data", "SaveMode"), ("data._internal.savemode", "SaveMode"), ("tune", "TuneError")),
        ("tune.error", "TuneError"),
    ):
        monkeypatch.delitem(manifest.entries(f"ray_client.{module}") or {}, name, raising=False)
        monkeypatch.delitem(vars(importlib.import_module(f"ray_client.{module}")), name, raising=False)


@pytest.mark.usefixtures("lacking")
def test_a_name_that_only_a_newer_ray_has_is_asked_of_the_driver() -> None:
    assert "range of integers" in str(inspect.getdoc(data.range))
    assert data.range(1).count() == 1  # of a class that is not known yet
    assert data.Dataset is modules.find("ray_client.data.dataset", "Dataset")
    numbers = data.range(3)
    assert (
        isinstance(numbers, data.Dataset)
        and numbers.count() == 3
        and callable(data.Dataset.map)
        and "map" in dir(numbers)
    )
    assert data.SaveMode("append") is data.SaveMode.APPEND
    assert issubclass(tune.TuneError, Exception)
    with pytest.raises(AttributeError, match="no attribute 'rnage'"):
        data.rnage  # noqa: B018


def test_a_module_that_only_a_newer_ray_has_is_asked_of_the_driver() -> None:
    module = importlib.import_module("ray_client.rllib.examples.envs.classes.multi_agent")
    assert inspect.isclass(module.MultiAgentCartPole)
    assert importlib.util.find_spec("ray_client.data.no_such_thing") is None
    with pytest.raises(ImportError):
        exec("from ray_client.data import no_such_thing")


def test_what_the_cluster_lacks_is_told_with_the_side_and_a_line() -> None:
    from ray_client.train.lightgbm import LightGBMTrainer

    with pytest.raises(ModuleNotFoundError, match=r"on the cluster, where `ray.train` runs: `pip install lightgbm`"):
        LightGBMTrainer(lambda: None)
