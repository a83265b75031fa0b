"""Names that are not public, and that packages take all the same (docs/packages.md)."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import pytest

from conformance.api import ray
from conformance.marks import difference

HOME = ray.__name__


def of_ray(name: str) -> Any:
    return importlib.import_module(f"{HOME}.{name}")


worker = of_ray("_private.worker")
state = of_ray("_private.state")
services = of_ray("_private.services")
annotations = of_ray("util.annotations")
JobStatus = of_ray("job_submission").JobStatus


def test_what_kind_of_process_this_is() -> None:
    assert worker.global_worker.mode == worker.SCRIPT_MODE == ray.SCRIPT_MODE
    assert ray.get_runtime_context().worker.mode == worker.SCRIPT_MODE
    assert worker.global_worker.connected
    worker.global_worker.check_connected()
    assert worker.global_worker.current_job_id.hex() == ray.get_runtime_context().get_job_id()
    assert worker.global_worker.current_node_id.hex() == ray.get_runtime_context().get_node_id()
    assert worker.global_worker.worker_id.hex() == ray.get_runtime_context().get_worker_id()
    assert worker.global_worker.namespace == ray.get_runtime_context().namespace
    modes = {worker.SCRIPT_MODE, worker.WORKER_MODE, worker.SPILL_WORKER_MODE, worker.RESTORE_WORKER_MODE}
    assert len(modes) == 4


def test_in_a_task_they_are_ray_s_own() -> None:
    client = of_ray("util.client")

    @ray.remote
    def look(status: Any) -> tuple[Any, ...]:
        return (
            worker.global_worker.mode == worker.WORKER_MODE,
            hasattr(worker.global_worker, "core_worker"),
            client.ray.is_connected(),
            status == JobStatus.SUCCEEDED,
            services.get_node_ip_address() in {node["NodeManagerAddress"] for node in state.nodes()},
        )

    assert ray.get(look.remote(JobStatus.SUCCEEDED)) == (True, True, False, True, True)


def test_a_class_derived_from_one_of_a_library() -> None:
    class Client(of_ray("job_submission").JobSubmissionClient):
        def __init__(self) -> None:
            self.value = 3

    @ray.remote
    def make() -> tuple[int, str]:
        return Client().value, Client.__mro__[1].__module__.partition(".")[0]

    assert ray.get(make.remote()) == (3, "ray")


def test_what_the_state_has_of_nodes() -> None:
    nodes = {node["NodeID"]: node for node in state.nodes()}
    assert nodes.keys() == {node["NodeID"] for node in ray.nodes()}
    assert state.total_resources_per_node().keys() == nodes.keys()
    assert state.available_resources_per_node().keys() == nodes.keys()
    for each in state.total_resources_per_node().values():
        assert each["CPU"] >= 1
    assert sorted(state.node_ids()) == sorted(f"node:{node['NodeManagerAddress']}" for node in nodes.values())
    assert state.current_node_id().startswith("node:")
    assert state.cluster_resources() == ray.cluster_resources()
    assert state.available_resources().keys() <= state.cluster_resources().keys()
    assert isinstance(state.workers(), dict)


def test_what_the_state_has_of_actors_and_jobs() -> None:
    @ray.remote(num_cpus=0)
    class Kept:
        def ready(self) -> bool:
            return True

    actor = Kept.remote()
    assert ray.get(actor.ready.remote())
    [found] = [each for each in state.actors().values() if each["ActorClassName"].endswith("Kept")]
    assert found["State"] == "ALIVE"
    assert state.actors(found["ActorID"])["ActorID"] == found["ActorID"]
    assert ray.get_runtime_context().get_job_id() in {job["JobID"] for job in state.jobs()}


def test_older_names_of_both() -> None:
    assert ray.worker.global_worker.mode == ray.SCRIPT_MODE
    assert ray.state.nodes() == ray.nodes()
    assert ray.logger.name == "ray"


def test_resources_are_requested() -> None:
    request_resources = of_ray("autoscaler.sdk").request_resources
    assert request_resources(num_cpus=1) is None
    assert request_resources(bundles=[{"CPU": 1}]) is None
    assert request_resources(num_cpus=0) is None


def test_the_decorators_of_interfaces() -> None:
    @annotations.PublicAPI
    class One:
        def __init__(self, value: int = 1) -> None:
            self.value = value

    @annotations.PublicAPI(stability="beta", api_group="Some")
    def two() -> int:
        return 2

    @annotations.DeveloperAPI
    def three() -> int:
        return 3

    @annotations.Deprecated(message="say five", warning=True)
    def four() -> int:
        return 4

    Five = annotations.Deprecated(warning=True)(type("Five", (One,), {}))
    assert (One().value, two(), three()) == (1, 2, 3)
    with pytest.warns(annotations.RayDeprecationWarning, match="say five"):
        assert four() == 4
    with pytest.warns(annotations.RayDeprecationWarning):
        assert Five(5).value == 5
    marks = [annotations._get_annotation_type(each) for each in (One, two, three, four)]
    assert marks == ["PublicAPI", "PublicAPI", "DeveloperAPI", "Deprecated"]
    assert not annotations._is_annotated(type("Other", (One,), {}))
    with pytest.raises(AssertionError):
        annotations.PublicAPI(stability="none")


def test_functions_so_marked_run_as_tasks() -> None:
    @annotations.PublicAPI(stability="alpha")
    def two() -> int:
        return 2

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert ray.get(ray.remote(two).remote()) == 2


def test_what_lies_in_the_object_store(monkeypatch: pytest.MonkeyPatch) -> None:
    memory_summary = of_ray("_private.internal_api").memory_summary
    ref = ray.put("x" * 1000_000)
    address = ray.get_runtime_context().gcs_address
    summary = memory_summary(address, units="KB")
    assert "LOCAL_REFERENCE" in summary
    assert memory_summary(address, stats_only=True).startswith("--- Aggregate object store stats across all nodes ---")
    monkeypatch.setenv("RAY_ADDRESS", address)
    assert "Object references for node address" in memory_summary()
    assert ray.get(ref) == "x" * 1000_000


@difference("this is a client, and packages that ask for it keep their drivers' work on the cluster")
def test_this_is_a_client() -> None:
    client = of_ray("util.client")
    assert client.ray.is_connected()
    assert client.num_connected_contexts() == 1
    assert client.ray.get(client.ray.put(3)) == 3


@difference("objects are freed by newer Rays when their references are gone; the client takes the older call as a hint")
def test_freeing_is_a_hint() -> None:
    ref = ray.put(3)
    assert ray.internal.free([ref]) is None
    with pytest.raises(TypeError, match="list of ObjectRef"):
        ray.internal.free([3])
