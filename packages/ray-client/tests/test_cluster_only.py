"""What only the cluster has can be imported, and explains itself when it is used."""

from __future__ import annotations

import importlib
import io
import logging
import pickle
import sys
from abc import ABC
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ray_client
from ray_client import dropin
from ray_client.api.counterparts import counterparts
from ray_client.cluster_only import LIBRARIES, covers, stand_in
from ray_client.errors import ClusterOnlyError, RayClientError
from ray_client.pickling import pickler, unpickler
from ray_client.rebuilding import rebuild
from ray_client_proto.wire import tokens

USES = {
    "ray.data.read_csv": "ray.data.read_csv('x')",
    "ray.data.DataContext.get_current": "ray.data.DataContext.get_current()",
    "ray.tune.Tuner": "ray.tune.Tuner(lambda config: 0)",
    "ray.serve.deployment": "ray.serve.deployment(object)",
    "ray.rllib.algorithms.ppo.PPOConfig": "ray.rllib.algorithms.ppo.PPOConfig()",
    "ray.train.torch.TorchTrainer": "ray.train.torch.TorchTrainer()",
    "ray.train.report": "ray.train.report({})",
    "ray.air.session.report": "ray.air.session.report({})",
    "ray.workflow.run": "list(ray.workflow.run)",
    "ray.llm.engines": "len(ray.llm.engines)",
    "ray.job_submission.JobSubmissionClient": "ray.job_submission.JobSubmissionClient('http://x')",
    "ray.util.collective.allreduce": "ray.util.collective.allreduce(1)",
    "ray.autoscaler.sdk.get_cluster_status": "ray.autoscaler.sdk.get_cluster_status()",
    "ray._private.utils.get_num_cpus": "ray._private.utils.get_num_cpus()",
}


@pytest.fixture
def installed() -> Iterator[None]:
    dropin.install()
    yield
    dropin.uninstall()


@pytest.mark.parametrize("name", sorted(USES))
def test_a_name_is_refused_when_it_is_used(name: str) -> None:
    importlib.import_module(f"ray_client{name[3:].rpartition('.')[0]}")
    with pytest.raises(ClusterOnlyError, match="is part of Ray but not of ray_client; ") as caught:
        eval(USES[name], {"ray": ray_client})
    assert caught.value.full_name == name
    assert "inside a task" in str(caught.value)
    assert ("ray-client[libraries]" in str(caught.value)) is ("._" not in name)


@pytest.mark.usefixtures("installed")
def test_whatever_a_package_says_at_its_top_goes_on() -> None:
    code = """
from typing import Optional
import ray, ray.data, ray.rllib.algorithms.ppo as ppo
from ray import serve, tune
from ray.air import session
from ray.data import Dataset
from ray.tune.schedulers import ASHAScheduler
from ray.util import collective
import ray.util.collective as same

class Callback(tune.Callback, Mixed, option=3):
    before: ray.train.torch.TorchTrainer
    def on_trial_result(self, trial: "tune.experiment.Trial" = None, mode=tune.Mode.MIN): ...

def nine(rows: Optional[Dataset], more: Dataset | None = None, others: "list[Dataset]" = ()) -> dict[str, Dataset[int]]:
    if isinstance(rows, Dataset) or isinstance(rows, (int, ray.data.Dataset)) and issubclass(int, Dataset):
        return rows.count()
    try:
        return rows / 0
    except (tune.TuneError, serve.exceptions.RayServeException):
        return "never"
    except ZeroDivisionError:
        return "as ever"
"""
    names: dict[str, Any] = {"Mixed": ABC}
    exec(compile(code, "package.py", "exec", dont_inherit=True), names)
    assert names["nine"](3) == "as ever"
    assert names["collective"] is names["same"]
    with pytest.raises(ClusterOnlyError, match=r"ray\.tune\.Callback"):
        names["Callback"]()
    assert names["nine"].__annotations__["rows"].__args__[0] is names["Dataset"]


def test_the_explanation_is_not_swallowed() -> None:
    assert issubclass(ClusterOnlyError, RayClientError)
    assert not issubclass(ClusterOnlyError, (ImportError, AttributeError))


@pytest.mark.parametrize("name", sorted(LIBRARIES))
def test_a_library_is_an_attribute(name: str) -> None:
    module = getattr(ray_client, name)
    assert module is importlib.import_module(f"ray_client.{name}")
    assert not hasattr(module, "__all__") or module.__all__


def test_what_nobody_has_is_not_imported() -> None:
    assert not covers("ray_client.no_such_thing")
    assert not covers("ray_client.session.data")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("ray_client.no_such_thing")
    with pytest.raises(AttributeError):
        stand_in("ray_client.data", "__wrapped__")
    assert not hasattr(ray_client.data.Dataset, "_is_protocol")


def dumped(value: Any) -> bytes:
    return bytes(pickler.dump(value, pickler.TokenTable({}, counterparts)).stream)


def test_names_travel_as_those_of_ray() -> None:
    """T7 and T8."""
    said = []

    def note(*names: str) -> type:
        said.append(names)
        return object

    class Reader(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            return note if module == tokens.MODULE else super().find_class(module, name)

    derived = type(ray_client.tune.Callback)("Derived", (ray_client.tune.Callback,), {"__module__": "__main__"})
    for value in (ray_client.data, ray_client.data.Dataset.count, derived):
        Reader(io.BytesIO(dumped(value))).load()
    assert said == [("ray.data",), ("ray.data", "Dataset.count"), ("ray.tune", "Callback")]


def test_an_object_of_the_cluster_s_stays_opaque() -> None:
    assert ray_client.data.Dataset
    found = unpickler.find_mirrored("ray.data", "Dataset")
    assert repr(found) == "<opaque ray.data.Dataset>"
    assert unpickler.find_module("ray.data") is ray_client.data
    assert ray_client.tune.TuneError
    assert str(rebuild("ray.tune.TuneError", "no trials", {})) == "ray.tune.TuneError: no trials"


def test_each_refusal_is_logged_with_its_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    code = (
        "import ray_client as ray\nray.data.Dataset\nfor _ in range(2):\n    try: ray.data.range(3)\n    except "
        "NotImplementedError: pass\nhasattr(ray.util, 'no_such')\nhasattr(ray._private.worker.global_worker, 'node')\n"
    )
    program = compile(code, "program.py", "exec")
    with caplog.at_level(logging.WARNING, "ray_client"):
        exec(program, {"__name__": "__main__"})
        assert not caplog.messages
        monkeypatch.setenv("RAY_CLIENT_TRACE_NAMES", "1")
        exec(program, {"__name__": "__main__"})
    assert caplog.messages == [
        "name.refused name=ray.data.range line=program.py:4",
        "name.refused name=ray.util.no_such line=program.py:6",
        "name.refused name=ray._private.worker.global_worker.node line=program.py:7",
    ]


def test_private_names_without_a_session() -> None:
    worker = importlib.import_module("ray_client._private.worker")
    assert worker.global_worker.mode is None
    assert not worker.global_worker.connected
    assert ray_client.worker.global_worker is worker.global_worker
    assert importlib.import_module("ray_client.train._internal.session").get_session() is None
    assert not importlib.import_module("ray_client.util.client").ray.is_connected()
    assert ray_client.logger is logging.getLogger("ray")
    assert sys.modules["ray_client._private.state"] is ray_client.state
    with pytest.raises(TypeError, match="list of ObjectRef"):
        ray_client.internal.free([3])
    with pytest.raises(AttributeError, match=r"use ray\.get_runtime_context\(\)"):
        worker.global_worker.core_worker  # noqa: B018 - the access is the test
