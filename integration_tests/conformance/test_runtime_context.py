"""The runtime context: of the program, of a task, of an actor."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.api import ray
from conformance.marks import since_ray

HEX = {"get_job_id": 8, "get_node_id": 56, "get_worker_id": 56, "get_task_id": 48, "get_actor_id": 32}


def context() -> Any:
    return ray.get_runtime_context()


@ray.remote
def ask(name: str) -> Any:
    return getattr(ray.get_runtime_context(), name)()


@ray.remote
class Asker:
    def ask(self, name: str) -> Any:
        return getattr(ray.get_runtime_context(), name)()

    def own_handle_works(self) -> bool:
        return ray.get_runtime_context().current_actor is not None


@pytest.fixture(scope="module")
def asker(session: None) -> Any:
    return Asker.options(name="the-asker").remote()


@pytest.mark.parametrize("name", ["get_job_id", "get_node_id", "get_worker_id"])
def test_ids_of_the_program(name: str) -> None:
    assert len(bytes.fromhex(getattr(context(), name)())) * 2 == HEX[name]


TASK_NAMES = since_ray("2.43.0", "names of tasks in the runtime context", client_has_it=True)


@pytest.mark.parametrize(
    "name",
    [
        "get_task_id",
        pytest.param("get_task_name", marks=TASK_NAMES),
        pytest.param("get_task_function_name", marks=TASK_NAMES),
        "get_placement_group_id",
    ],
)
def test_the_program_is_no_task(name: str) -> None:
    assert getattr(context(), name)() is None


@pytest.mark.parametrize("name", ["get_actor_id", "get_actor_name"])
def test_the_program_is_no_actor(name: str) -> None:
    assert getattr(context(), name)() is None


@pytest.mark.parametrize("name", ["get_assigned_resources"])
def test_the_program_has_no_resources(name: str) -> None:
    with pytest.raises(AssertionError):
        getattr(context(), name)()


@since_ray("2.55.1", "`is_canceled` of the runtime context", client_has_it=True)
def test_the_program_cannot_be_cancelled() -> None:
    with pytest.raises(RuntimeError):
        context().is_canceled()


def test_the_program_has_no_actor_handle() -> None:
    with pytest.raises(RuntimeError):
        context().current_actor  # noqa: B018 - the access is the test


def test_the_program_was_not_reconstructed() -> None:
    with pytest.raises(AssertionError):
        context().was_current_actor_reconstructed  # noqa: B018 - the access is the test


def test_the_job_is_the_tasks_job() -> None:
    assert ray.get(ask.remote("get_job_id")) == context().get_job_id()


@since_ray("2.49.2", "`get_node_labels` of the runtime context", refused_with="RayTooOldError")
def test_the_node_has_labels() -> None:
    assert context().get_node_labels()["ray.io/node-id"] == context().get_node_id()


@since_ray("2.55.1", "`get_session_name` and `get_temp_dir` of the runtime context", refused_with="RayTooOldError")
def test_the_cluster_s_session_has_a_name_and_a_directory() -> None:
    assert context().get_session_name().startswith("session_")
    assert context().get_temp_dir().startswith("/")
    assert ray.get(ask.remote("get_session_name")) == context().get_session_name()


def test_the_environment_is_json() -> None:
    assert json.loads(context().get_runtime_env_string()) == context().runtime_env
    assert isinstance(context().runtime_env, ray.runtime_env.RuntimeEnv)
    assert context().runtime_env.env_vars() == context().runtime_env.get("env_vars", {})
    assert not context().runtime_env.has_conda()


def test_child_tasks_are_not_captured() -> None:
    assert context().should_capture_child_tasks_in_placement_group is False


def test_accelerators_are_lists_by_kind() -> None:
    found = context().get_accelerator_ids()
    assert found["GPU"] == []
    with pytest.warns(ray.util.annotations.RayDeprecationWarning):
        assert context().get_resource_ids() == found


@pytest.mark.parametrize(("name", "type_name"), [("job_id", "JobID"), ("node_id", "NodeID")])
def test_ids_as_objects_are_deprecated(name: str, type_name: str) -> None:
    with pytest.warns(ray.util.annotations.RayDeprecationWarning):
        found = getattr(context(), name)
    assert type(found) is getattr(ray, type_name)
    assert found.hex() == getattr(context(), f"get_{name}")()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_all_at_once_is_deprecated() -> None:
    with pytest.warns(ray.util.annotations.RayDeprecationWarning):
        found = context().get()
    assert found["namespace"] == context().namespace == "conformance-test_runtime_context"
    assert found["job_id"].hex() == context().get_job_id()
    assert found["node_id"].hex() == context().get_node_id()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", ["task_id", "actor_id"])
def test_ids_that_a_program_lacks(name: str) -> None:
    with pytest.raises(AssertionError):
        getattr(context(), name)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_program_is_in_no_placement_group() -> None:
    assert context().current_placement_group_id.is_nil()


@pytest.mark.parametrize("name", ["get_job_id", "get_node_id", "get_worker_id", "get_task_id"])
def test_ids_of_a_task(name: str) -> None:
    assert len(ray.get(ask.remote(name))) == HEX[name]


@since_ray("2.43.0", "names of tasks in the runtime context")
def test_the_name_of_a_task() -> None:
    assert ray.get(ask.options(name="asking").remote("get_task_name")) == "asking"
    assert ray.get(ask.remote("get_task_function_name")).endswith("ask")


def test_a_task_is_no_actor() -> None:
    assert ray.get(ask.remote("get_actor_id")) is None


@since_ray("2.55.1", "`is_canceled` of the runtime context")
def test_a_task_can_see_that_it_is_not_cancelled() -> None:
    assert ray.get(ask.remote("is_canceled")) is False


def test_resources_of_a_task() -> None:
    assert ray.get(ask.options(num_cpus=2, resources={"rig": 1}).remote("get_assigned_resources")) == {
        "CPU": 2,
        "rig": 1,
    }


@pytest.mark.parametrize("name", list(HEX))
def test_ids_of_an_actor(asker: Any, name: str) -> None:
    assert len(ray.get(asker.ask.remote(name))) == HEX[name]


def test_the_name_of_an_actor(asker: Any) -> None:
    assert ray.get(asker.ask.remote("get_actor_name")) == "the-asker"


def test_an_actor_has_its_own_handle(asker: Any) -> None:
    assert ray.get(asker.own_handle_works.remote())


def test_the_id_of_an_actor_is_its_handle_s(asker: Any) -> None:
    assert ray.get(asker.ask.remote("get_actor_id")) == asker._actor_id.hex()


def test_the_context_is_the_module_s() -> None:
    assert isinstance(ray.get_runtime_context(), ray.runtime_context.RuntimeContext)
