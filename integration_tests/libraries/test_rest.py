"""Parts of Ray beside Data, Train, Tune and Serve, from an environment without ray."""

from __future__ import annotations

import asyncio
import enum
import importlib
import importlib.util
import inspect
import json
import os
import pydoc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gateway import Gateway
from ray_client.dag.compiled_dag_node import CompiledDAG
from ray_client.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray_client.rllib.algorithms.ppo import PPOConfig
from ray_client.rllib.callbacks.callbacks import RLlibCallback

import ray_client as ray
from ray_client import data, tune
from ray_client.dag import InputNode, MultiOutputNode
from ray_client_libraries import manifest, modules
from ray_client_proto import library

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


def test_results_of_a_graph_with_asyncio_are_awaited_here() -> None:
    first, second = Adder.remote(1), Adder.remote(10)
    with InputNode() as given:
        node = MultiOutputNode([first.add.bind(given), second.add.bind(given)])
    graph = node.experimental_compile(enable_asyncio=True)

    async def several() -> list[Any]:
        executions = [await graph.execute_async(value) for value in range(3)]
        return [await asyncio.gather(*results) for results in executions]

    assert asyncio.run(several()) == [[1, 10], [2, 11], [3, 12]]
    graph.teardown()
    with InputNode() as given:
        failing = first.fail.bind(given).experimental_compile(enable_asyncio=True)

    async def fail() -> None:
        await (await failing.execute_async(3))

    with pytest.raises(ValueError, match="no 3"):
        asyncio.run(fail())
    failing.teardown()


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take names away, as if they were those of a newer Ray."""
    for module, name in (
        *(("data", "range"), ("data.read_api", "range"), ("data", "Dataset"), ("data.dataset", "Dataset")),
        *(("data", "SaveMode"), ("data._internal.savemode", "SaveMode"), ("tune", "TuneError")),
        ("tune.error", "TuneError"),
    ):
        there = importlib.import_module(f"ray_client.{module}")
        getattr(there, name)  # so that it comes back afterwards
        monkeypatch.delitem(manifest.entries(f"ray_client.{module}") or {}, name)
        monkeypatch.delitem(vars(there), name)


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


def test_a_class_inside_a_class_that_only_a_newer_ray_has_is_asked_of_the_driver(
    context: ray.ClientContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ray_client.data.preprocessors import StandardScaler

    monkeypatch.delattr(data.Preprocessor, "FitStatus")
    status = StandardScaler(["a"]).fit_status()  # by value, which refers to its class
    assert status is data.Preprocessor.FitStatus.NOT_FITTED and isinstance(status, enum.Enum)
    assert context.run(lambda status: status.name, status) == "NOT_FITTED"


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


class Trips:
    """Counts the calls that are made in the driver."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, original = 0, library.Call.__init__

        def begin(call: Any, *args: Any, **kwargs: Any) -> None:
            self.count += 1
            original(call, *args, **kwargs)

        monkeypatch.setattr(library.Call, "__init__", begin)

    def of(self, code: Callable[[], Any]) -> tuple[Any, int]:
        before = self.count
        return code(), self.count - before


def test_showing_and_completing_an_object_takes_at_most_one_round_trip(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers, trips = data.range(3), Trips(monkeypatch)
    text, count = trips.of(lambda: repr(numbers))
    assert "int64" in text and count == 1
    bundle, count = trips.of(lambda: numbers._repr_mimebundle_(include=None, exclude=None))
    assert bundle == {"text/plain": text} and count == 1
    names, count = trips.of(lambda: dir(numbers))
    assert {"map", "take"} <= set(names) and count == 0
    signature, count = trips.of(lambda: inspect.signature(numbers.map))
    assert next(iter(signature.parameters)) == "fn" and count == 0
    documentation, count = trips.of(lambda: inspect.getdoc(numbers.map))
    assert "Apply the given function to each row" in documentation and count == 1
    page, count = trips.of(lambda: pydoc.render_doc(data.Dataset, renderer=pydoc.plaintext))
    assert "map_batches(self, fn" in page and count == 0
    assert not hasattr(numbers, "_ipython_display_") and not hasattr(numbers, "_repr_html_")


def test_a_frame_that_is_not_here_is_shown_as_in_its_own_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    frame, trips = data.range(3).to_pandas(), Trips(monkeypatch)
    html, count = trips.of(lambda: frame._repr_html_())
    assert "<table" in html and count == 1
    names, count = trips.of(lambda: dir(frame))
    assert {"groupby", "iloc"} <= set(names) and count == 1


class Note(RLlibCallback):
    def on_episode_end(self, **info: Any) -> None: ...


def test_the_configuration_of_an_algorithm_is_made_without_a_session_and_used_with_one() -> None:
    config = DESCRIBED
    assert isinstance(config, AlgorithmConfig) and isinstance(config, PPOConfig)
    assert (config.env, config.lr, config.evaluation_interval) == ("CartPole-v1", 0.0004, 3)
    assert config.gamma == {"grid_search": [0.9, 0.99]} and config.callbacks_class is Note
    assert config.copy().lr == 0.0004 and config.debugging(seed=5).seed == 5
    with pytest.raises(TypeError, match="unexpected keyword argument 'learning_rate'"):
        config.training(learning_rate=1)


DESCRIBED = PPOConfig().environment("CartPole-v1").training(lr=0.0004, gamma=tune.grid_search([0.9, 0.99]))
DESCRIBED.callbacks(Note)
DESCRIBED.evaluation_interval = 3


def test_a_parallel_iterator_is_used_from_here() -> None:
    from ray_client.util import iter as parallel

    numbers = parallel.from_range(4, num_shards=2).for_each(lambda number: number * 2)
    assert sorted(numbers.gather_sync()) == [0, 2, 4, 6]
    assert sorted(numbers.take(4)) == [0, 2, 4, 6]


@ray.remote(num_cpus=0)
class Member:
    def rank(self) -> int:
        from ray.util import collective

        return int(collective.get_rank("of two"))


def test_what_changes_local_state_says_where_it_belongs() -> None:
    from ray_client.util import collective

    members = [Member.remote(), Member.remote()]
    with pytest.raises((ImportError, RuntimeError, ValueError)):
        collective.create_collective_group(members, 2, [0, 1], backend="nccl", group_name="of two")
    assert collective.is_group_initialized("none") is False


def test_spark_is_described_here_and_says_what_the_cluster_lacks() -> None:
    from ray_client.util import spark

    assert spark.MAX_NUM_WORKER_NODES == -1
    assert "max_worker_nodes" in inspect.signature(spark.setup_ray_cluster).parameters
    with pytest.raises(RuntimeError, match="pyspark"):
        spark.setup_ray_cluster(max_worker_nodes=1)
    with pytest.raises(RuntimeError, match="No active ray cluster"):
        spark.shutdown_ray_cluster()


def _set_hook(hook: str) -> None:
    """Do as `ray start --tracing-startup-hook`; empty: undo it."""
    from ray.experimental import internal_kv  # type: ignore[attr-defined]  # it is the cluster's

    key = b"tracing_startup_hook", b"tracing"
    if hook:
        internal_kv._internal_kv_put(key[0], hook.encode(), namespace=key[1])
    else:
        internal_kv._internal_kv_del(key[0], namespace=key[1])


def _spans() -> list[str]:
    """Give the names of the spans that this process has ended."""
    lines = Path(f"/tmp/spans/{os.getpid()}.txt").read_text().splitlines()
    return [json.loads(line)["name"] for line in lines if line.strip()]


def test_calls_from_here_are_traced_where_the_cluster_traces(context: ray.ClientContext, gateway: Gateway) -> None:
    setup = importlib.import_module("ray_client.util.tracing.setup_local_tmp_tracing").setup_tracing
    assert callable(setup)
    context.run(_set_hook, f"ray.util.tracing.setup_local_tmp_tracing:{setup.__name__}")
    try:
        with ray.init(gateway.address, allow_multiple=True) as traced:

            @ray.remote(num_cpus=0)
            def work() -> int:
                return 1

            assert ray.get(work.remote()) == 1
            assert [name for name in traced.run(_spans) if "work" in name]
    finally:
        context.run(_set_hook, "")
