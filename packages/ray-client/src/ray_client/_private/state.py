"""What `ray._private.state` has: tables of the cluster's nodes, actors and jobs, as Ray itself gives them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ray_client._private.by_reference import call_there
from ray_client.api.cluster import available_resources, cluster_resources, nodes, timeline
from ray_client.cluster_only import stand_in
from ray_client.handles.ids import JobID
from ray_client.util._node import get_node_ip_address

__all__ = [
    "actors",
    "available_resources",
    "available_resources_per_node",
    "cluster_resources",
    "current_node_id",
    "jobs",
    "node_ids",
    "nodes",
    "timeline",
    "total_resources_per_node",
    "workers",
]


def actors(
    actor_id: str | None = None, job_id: JobID | None = None, actor_state_name: str | None = None
) -> dict[str, Any]:
    """Give the actors by id, or one of them. Why one died is text here, where Ray has a message of its protocol."""
    return dict(call_there(_actors(), actor_id, None if job_id is None else job_id.binary(), actor_state_name))


@functools.cache
def _actors() -> Callable[..., dict[str, Any]]:
    """Give what asks Ray on the cluster. It is made here, and so travels by value: not all that Ray gives travels."""

    def ask(actor_id: str | None, job_id: bytes | None, actor_state_name: str | None) -> dict[str, Any]:
        import ray_client as ray
        import ray_client._private.state

        job = None if job_id is None else ray.JobID(job_id)
        found = ray._private.state.actors(actor_id, job, actor_state_name)
        for actor in [found] if "ActorID" in found else list(found.values()):
            actor["DeathCause"] = str(actor.get("DeathCause", ""))
        return dict(found)

    return ask


def available_resources_per_node() -> dict[str, Any]:
    """Give for each node, by id, what is free of its resources."""
    return dict(call_there(available_resources_per_node))


def total_resources_per_node() -> dict[str, Any]:
    """Give for each node, by id, what it has of resources."""
    return {node["NodeID"]: dict(node["Resources"]) for node in nodes() if node["Alive"]}


def node_ids() -> list[str]:
    """Give the resource that stands for each node."""
    return list(call_there(node_ids))


def current_node_id() -> str:
    """Give the resource that would stand for this machine, if it were a node."""
    return f"node:{get_node_ip_address()}"


def jobs() -> list[dict[str, Any]]:
    """Give the jobs of the cluster."""
    return list(call_there(jobs))


def workers() -> dict[str, Any]:
    """Give the processes of the cluster that run tasks."""
    return dict(call_there(workers))


def __getattr__(name: str) -> Any:
    return stand_in(__name__, name)
