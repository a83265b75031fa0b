"""What the names of the libraries are without a session: nothing is asked of anybody."""

from __future__ import annotations

import copy
import importlib
import inspect
import json
import pickle
import pydoc
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import ray_client_libraries.manifest
from ray_client import data, serve, train, tune
from ray_client.api.counterparts import counterparts
from ray_client.cluster_only import LibraryValue
from ray_client.errors import ClusterOnlyError, NotConnectedError, PicklingError
from ray_client.pickling import pickler
from ray_client_libraries import applications
from ray_client_libraries.held import _class_of
from ray_client_libraries.modules import find
from ray_client_libraries.places import Recipe
from ray_client_proto.wire import tokens
from ray_client_proto.wire.ray_modules import is_cluster_only


class Note(tune.Callback):
    def on_trial_result(self, *args: Any, **info: Any) -> None: ...


@serve.deployment
class Greeter:
    def __call__(self, name: str) -> str:
        return f"Hello, {name}"


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module == tokens.MODULE:
            return lambda *args: (name, *args)
        return super().find_class(module, name)


def travelled(value: Any) -> Any:
    import io

    made: list[Any] = []

    def token(found: Any) -> Any:
        made.append(found)
        return tokens.library_object, (len(made), (), ())

    stream = pickler.dump(value, pickler.TokenTable({LibraryValue: token}, counterparts)).stream
    return _Reader(io.BytesIO(stream)).load()


def test_names_are_classes_functions_and_modules() -> None:
    assert inspect.isclass(data.Dataset) and inspect.isfunction(data.range)
    assert issubclass(data.dataset.MaterializedDataset, data.Dataset)
    assert issubclass(train.TrainingFailedError, Exception)
    assert {"range", "Dataset"} <= set(dir(data)) and "range" in data.__all__
    assert importlib.import_module("ray_client.tune.schedulers").ASHAScheduler is tune.schedulers.ASHAScheduler


def test_every_name_of_every_module_is_there() -> None:
    for path in (Path(ray_client_libraries.manifest.__file__).parent / "manifest").iterdir():
        for line in path.read_text().splitlines():
            name, _, names = line.partition("\t")
            module = importlib.import_module(f"ray_client{name[len('ray') :]}")
            for public, entry in json.loads(names).items():
                if not isinstance(entry, str) or is_cluster_only(entry.partition(":")[0]):
                    getattr(module, public)


def test_a_name_of_rays_core_that_a_library_has_too_is_the_same() -> None:
    assert issubclass(importlib.import_module("ray_client.data.exceptions").UserCodeException, Exception)
    assert {"Dataset", "range"} <= set(dir(data)) and {"Checkpoint", "report"} <= set(dir(train))


def test_a_class_made_for_an_object_can_be_called_where_the_objects_class_can() -> None:
    made = _class_of(("ray.data.none:Made", "ray.data.none:Base"), ("__call__", "__len__"))
    assert {"__call__", "__len__"} <= set(vars(made))


def test_a_name_that_a_module_does_not_declare_is_there_if_it_is_a_librarys() -> None:
    router = importlib.import_module("ray_client.serve.request_router")
    assert inspect.isclass(router.ReplicaResult) and "read_bigquery" in dir(data)
    assert not hasattr(router, "annotations")


def test_members_of_enums_have_texts_of_their_own() -> None:
    status = importlib.import_module("ray_client.job_submission").JobStatus.SUCCEEDED
    assert (str(status), f"{status}", repr(status)) == ("SUCCEEDED", "SUCCEEDED", "<JobStatus.SUCCEEDED: 'SUCCEEDED'>")
    assert str(serve.schema.ApplicationStatus.RUNNING) == "ApplicationStatus.RUNNING"


def test_a_class_inside_a_class_is_known() -> None:
    kind = tune.ResumeConfig.ResumeType
    assert (repr(kind.SKIP), kind.__qualname__, kind("skip")) == (
        "<ResumeType.SKIP: 'skip'>",
        "ResumeConfig.ResumeType",
        kind.SKIP,
    )
    assert repr(tune.ResumeConfig) == "<class 'ray.tune.tune_config.ResumeConfig'>"  # as natively
    assert travelled(kind) == ("ray_global", "ray.tune.tune_config", "ResumeConfig.ResumeType")


def test_a_class_has_the_methods_of_its_bases_of_packages_that_are_not_here() -> None:
    assert {"model_validate", "model_dump"} <= set(dir(serve.schema.ServeDeploySchema))
    with pytest.raises(NotConnectedError):
        serve.schema.ServeDeploySchema.model_validate({"applications": []})


def test_help_and_completion_know_them() -> None:
    assert list(inspect.signature(data.Dataset.filter).parameters)[:2] == ["self", "fn"]
    assert "Dataset" in str(data.Dataset.__doc__)
    assert str(data.Dataset.map.__doc__).startswith("Apply")
    assert "Get the best result" in pydoc.render_doc(tune.ResultGrid)
    assert {"map", "take"} <= set(dir(data.Dataset))


def test_a_name_that_there_is_not_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"'ray_client\.data' has no attribute 'rnage'"):
        data.rnage  # noqa: B018
    with pytest.raises(ImportError):
        exec("from ray_client.tune import NoSuchThing")


def test_what_acts_needs_a_session() -> None:
    with pytest.raises(NotConnectedError):
        data.range(3)
    with pytest.raises(NotConnectedError):
        serve.run(Greeter.bind())


def test_what_describes_is_recorded_and_says_where() -> None:
    config = tune.TuneConfig(num_samples=3)
    assert isinstance(config, tune.TuneConfig) and config.num_samples == 3
    assert f"described at {__file__}" in repr(tune.schedulers.ASHAScheduler())
    assert serve.config.AutoscalingConfig(max_replicas=3).max_replicas == 3
    assert isinstance(tune.choice([1, 2])._place, Recipe)
    assert isinstance(Note(), Note)


def test_what_describes_is_of_the_class_that_the_function_gives() -> None:
    width, rate = tune.choice([1, 2]), tune.uniform(0, 1)
    assert isinstance(width, tune.search.sample.Categorical) and isinstance(rate, tune.search.sample.Domain)
    assert (width.categories, rate.lower, rate.upper) == ([1, 2], 0, 1)
    steps = tune.search.sample.Float(0, 1).uniform().quantized(0.5)  # a method that gives another of its kind
    assert isinstance(steps, tune.search.sample.Float) and isinstance(steps._place, Recipe)
    assert steps in {steps} and isinstance(copy.deepcopy({"in": steps})["in"], tune.search.sample.Float)
    with pytest.raises(NotConnectedError):
        rate.sample()  # it does something


def test_expressions_are_described() -> None:
    found = (2 * data.expressions.col("a") == data.expressions.lit(1)).alias("is_one")
    assert isinstance(found, data.expressions.AliasExpr) and isinstance(found._place, Recipe)


def test_what_only_puts_its_arguments_together_is_done_here() -> None:
    assert tune.grid_search([1, 2]) == {"grid_search": [1, 2]}
    with pytest.raises(TypeError):
        tune.grid_search()


def test_decorators_are_recorded() -> None:
    assert isinstance(Greeter, serve.Deployment)
    assert isinstance(Greeter.bind(), serve.Application)
    assert isinstance(Greeter.options(num_replicas=2), serve.Deployment)
    with_options = serve.deployment(num_replicas=2)
    other = type("Other", (), {})
    assert isinstance(with_options(other), serve.Deployment)
    assert isinstance(serve.deployment(other, name="else"), serve.Deployment)


def test_errors_of_private_modules_are_known_since_they_come_in_values() -> None:
    for module, name in (
        ("train.v2._internal", "WorkerHealthCheckFailedError"),
        ("serve._private", "ExternalScalerDisabledError"),
    ):
        error = getattr(importlib.import_module(f"ray_client.{module}.exceptions"), name)
        assert issubclass(error, Exception)


def test_a_module_lists_each_name_once() -> None:
    assert serve.exceptions.RayServeException  # which makes it
    names = dir(serve.exceptions)
    assert "RayServeException" in names and len(names) == len({*names})


def test_what_is_decorated_may_be_decorated_again() -> None:
    ingress = serve.ingress(lambda: None)(type("Api", (), {}))
    assert isinstance(serve.deployment(ingress), serve.Deployment)
    assert isinstance(serve.deployment(num_replicas=2)(ingress), serve.Deployment)


def test_locks_of_an_application_go_new_once_something_is_deployed() -> None:
    class Holder:
        def __init__(self) -> None:
            self.locks = [threading.Lock(), threading.RLock()]

    table, before = pickler.TokenTable({}, dict), pickler.SessionPickler.dispatch_table
    with pytest.raises(PicklingError, match="lock"):
        pickler.dump(Holder(), table)
    try:
        applications.allow()
        applications.allow()
        made = pickle.loads(pickler.dump(Holder(), table).stream)
    finally:
        pickler.SessionPickler.dispatch_table = before
    assert [type(lock) for lock in made.locks] == [type(threading.Lock()), type(threading.RLock())]


def test_an_error_of_what_was_described_passes_a_pickler_as_it_is() -> None:
    class Broken(LibraryValue):
        def token_in(self, session: Any) -> Any:
            error = LookupError("none")
            error.recorded_at = "here:1"  # type: ignore[attr-defined]  # as `Recipe` does
            raise error

    with pytest.raises(LookupError):
        pickler.dump([Broken()], pickler.TokenTable({LibraryValue: lambda value: value.token_in(None)}, dict))


def test_in_a_pickle_a_stand_in_is_the_name_of_the_real_thing() -> None:
    """T8"""
    assert travelled(data.Dataset) == ("ray_global", "ray.data.dataset", "Dataset")
    assert travelled([data.range]) == [("ray_global", "ray.data.read_api", "range")]
    assert travelled(serve) == ("ray_module", "ray.serve")


def test_in_a_pickle_an_object_is_a_token_and_pickle_alone_refuses_it() -> None:
    """T15"""
    assert travelled([Greeter]) == [("library_object", 1, (), ())]
    with pytest.raises(TypeError, match="lives in the driver"):
        pickle.dumps(Greeter)


def test_a_function_keeps_its_name_where_a_module_has_it_too() -> None:
    importlib.import_module("ray_client.serve.deployment")
    assert inspect.isfunction(serve.deployment)
    assert find("ray_client.serve", "deployment") is serve.deployment


def test_importing_them_loads_neither_grpc_nor_protobuf() -> None:
    code = "import sys; from ray_client import data, serve, train, tune; data.Dataset, tune.Tuner, serve.deployment, "
    code += "train.ScalingConfig; sys.exit(any(name in sys.modules for name in ('grpc', 'google.protobuf')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_drop_in_has_them_too() -> None:
    code = "from ray_client import dropin; dropin.install(); import ray.data; from ray import tune, serve; "
    code += "from importlib.util import find_spec; assert find_spec('ray.tune.search.optuna'); "
    code += "assert find_spec('ray.data.nothing') is None; from ray.train.torch import TorchTrainer; "
    code += "from ray.tune.schedulers import ASHAScheduler; import ray_client.tune; "
    code += "assert ray.data.Dataset and tune is ray_client.tune and callable(serve.deployment)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_private_name_that_is_not_listed_imports_and_names_the_public_way() -> None:
    util = importlib.import_module("ray_client.data._internal.util")
    hidden = util.no_such_name
    assert util.no_such_name is hidden
    assert hidden.ray_name == ("ray.data._internal.util", "no_such_name")
    with pytest.raises(ClusterOnlyError, match=r"`import ray\.data` inside a task, an actor or context\.run"):
        hidden()
    assert issubclass(data._no_such_name, object)
    assert importlib.import_module("ray_client.data._internal.no_such_module").anything.__name__ == "anything"


def test_a_package_is_there_if_only_a_module_inside_it_has_names() -> None:
    from ray_client.tune.analysis.experiment_analysis import ExperimentAnalysis

    assert ExperimentAnalysis is tune.ExperimentAnalysis


def test_what_cannot_be_pickled_is_found_beside_names_of_the_libraries() -> None:
    lock = threading.Lock()
    with pytest.raises(PicklingError, match="closure variable `lock`"):
        travelled((train.v2.api.data_parallel_trainer.DataParallelTrainer, lambda: lock))


def test_names_of_types_are_there_for_annotations() -> None:
    from ray_client.data.block import Block, DataBatch, UserDefinedFunction

    def change(block: Block, batch: DataBatch, function: UserDefinedFunction) -> None:
        """Change nothing."""

    assert set(inspect.signature(change).parameters) == {"block", "batch", "function"}
