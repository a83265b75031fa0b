"""What a program can learn of the cluster and of where it runs."""

from __future__ import annotations

import importlib
import os

import pytest

from conformance.api import ray


def test_nodes() -> None:
    [node] = ray.nodes()
    assert node["Alive"] is True
    assert node["Resources"]["CPU"] == 4
    assert len(node["NodeID"]) == 56


def test_cluster_resources() -> None:
    resources = ray.cluster_resources()
    assert resources["CPU"] == 4
    assert resources["rig"] == 8
    assert resources["object_store_memory"] > 0


def test_available_resources() -> None:
    available = ray.available_resources()
    assert 0 <= available.get("CPU", 0) <= 4
    assert available["rig"] <= 8


def test_the_runtime_context_of_the_program() -> None:
    context = ray.get_runtime_context()
    assert len(context.get_job_id()) == 8
    assert len(context.get_node_id()) == 56
    assert context.get_node_id() == ray.nodes()[0]["NodeID"]
    assert context.namespace == "conformance-test_cluster_info"
    assert context.get_actor_id() is None
    assert context.get_task_id() is None


def test_the_runtime_context_of_a_task() -> None:
    @ray.remote
    def look() -> dict:
        context = ray.get_runtime_context()
        return {
            "job": context.get_job_id(),
            "node": context.get_node_id(),
            "namespace": context.namespace,
            "task": context.get_task_id(),
            "actor": context.get_actor_id(),
            "resources": context.get_assigned_resources(),
        }

    here, there = ray.get_runtime_context(), ray.get(look.remote())
    assert there["job"] == here.get_job_id()
    assert there["node"] == here.get_node_id()
    assert there["namespace"] == here.namespace
    assert len(there["task"]) == 48
    assert there["actor"] is None
    assert there["resources"] == {"CPU": 1.0}


def test_the_runtime_context_of_an_actor() -> None:
    @ray.remote
    class Look:
        def actor_id(self) -> str | None:
            return ray.get_runtime_context().get_actor_id()

        def was_restarted(self) -> bool:
            return ray.get_runtime_context().was_current_actor_reconstructed

    look = Look.remote()
    assert len(ray.get(look.actor_id.remote())) == 32
    assert ray.get(look.was_restarted.remote()) is False
    assert ray.get(look.actor_id.remote()) == look._actor_id.hex()


def test_tasks_run_elsewhere() -> None:
    @ray.remote
    def pid() -> int:
        return os.getpid()

    assert ray.get(pid.remote()) != os.getpid()


def test_get_gpu_ids() -> None:
    @ray.remote
    def gpus() -> list:
        return ray.get_gpu_ids()

    assert ray.get(gpus.remote()) == []


def test_timeline() -> None:
    @ray.remote
    def work() -> None:
        pass

    ray.get(work.remote())
    assert isinstance(ray.timeline(), list)


def test_timeline_into_a_file(tmp_path) -> None:
    path = tmp_path / "timeline.json"
    ray.timeline(filename=str(path))
    assert path.read_text().startswith("[")


def test_the_gcs_address() -> None:
    host, _, port = ray.get_runtime_context().gcs_address.rpartition(":")
    assert host
    assert int(port) > 0


def test_the_runtime_env_is_empty_unless_asked_for() -> None:
    assert not ray.get_runtime_context().runtime_env.get("env_vars")


def test_the_version() -> None:
    assert isinstance(ray.__version__, str)


def test_node_resources_in_the_runtime_context_of_a_task_with_options() -> None:
    @ray.remote(num_cpus=2, resources={"rig": 0.5})
    def assigned() -> dict:
        return ray.get_runtime_context().get_assigned_resources()

    assert ray.get(assigned.remote()) == {"CPU": 2.0, "rig": 0.5}


def test_the_state_of_a_cluster_without_a_dashboard() -> None:
    state = importlib.import_module(f"{ray.__name__}.util.state")
    errors = importlib.import_module(f"{ray.__name__}.util.state.exception")
    with pytest.raises(errors.ServerUnavailable, match="include-dashboard"):
        state.list_nodes(address=ray.get_runtime_context().gcs_address)
