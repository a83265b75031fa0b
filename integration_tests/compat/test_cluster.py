"""What a program learns of the cluster, and where it puts its work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import ray_client as ray
from ray_client.util.scheduling_strategies import NodeAffinitySchedulingStrategy, PlacementGroupSchedulingStrategy


@pytest.fixture(scope="module")
def group(context: ray.ClientContext) -> Iterator[Any]:
    made = ray.util.placement_group([{"CPU": 0.5}, {"CPU": 0.5, "rig": 1}], strategy="PACK", name="compat-group")
    assert made.wait(60)
    yield made
    ray.util.remove_placement_group(made)


@ray.remote(num_cpus=0.5)
def where() -> tuple[Any, str]:
    context = ray.get_runtime_context()
    return context.get_placement_group_id(), context.get_node_id()


def test_nodes() -> None:
    [node] = ray.nodes()
    assert node["Alive"] is True
    assert node["Resources"]["CPU"] == 4


def test_resources() -> None:
    assert ray.cluster_resources()["rig"] == 8
    assert 0 <= ray.available_resources().get("CPU", 0) <= 4


def test_the_runtime_context_of_the_program(context: ray.ClientContext) -> None:
    here = ray.get_runtime_context()
    assert here.namespace == "compat"
    assert here.get_node_id() == ray.nodes()[0]["NodeID"]
    assert len(here.get_job_id()) == 8


def test_the_runtime_context_of_a_task() -> None:
    @ray.remote
    def look() -> tuple[str, str, dict]:
        context = ray.get_runtime_context()
        return context.get_job_id(), context.namespace, context.get_assigned_resources()

    assert ray.get(look.remote()) == (ray.get_runtime_context().get_job_id(), "compat", {"CPU": 1.0})


def test_a_placement_group(group: Any) -> None:
    assert ray.get(group.ready()) == group
    assert group.bundle_count == 2
    assert ray.util.get_placement_group("compat-group") == group
    assert ray.util.placement_group_table(group)["state"] == "CREATED"


def test_a_task_in_a_placement_group(group: Any) -> None:
    strategy = PlacementGroupSchedulingStrategy(group, placement_group_bundle_index=1)
    assert ray.get(where.options(scheduling_strategy=strategy).remote())[0] == group.id.hex()


def test_a_task_on_a_node() -> None:
    node_id = ray.nodes()[0]["NodeID"]
    strategy = NodeAffinitySchedulingStrategy(node_id, soft=False)
    assert ray.get(where.options(scheduling_strategy=strategy).remote())[1] == node_id
