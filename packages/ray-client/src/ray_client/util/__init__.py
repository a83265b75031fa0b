"""The public names of `ray.util` that make sense on a client."""

from __future__ import annotations

from typing import Any

from ray_client.api.serializers import deregister_serializer, register_serializer
from ray_client.tracebacks import shorten_all
from ray_client.util import accelerators
from ray_client.util._node import get_node_instance_id, get_node_ip_address
from ray_client.util.actor_pool import ActorPool
from ray_client.util.annotations import PublicAPI as PublicAPI  # Ray does not list it in `__all__` either
from ray_client.util.check_serialize import inspect_serializability
from ray_client.util.debug import disable_log_once_globally, enable_periodic_logging, log_once
from ray_client.util.helpers import as_completed, map_unordered
from ray_client.util.placement_group import (
    get_current_placement_group,
    get_placement_group,
    placement_group,
    placement_group_table,
    remove_placement_group,
)

__all__ = [
    "ActorPool",
    "accelerators",
    "as_completed",
    "deregister_serializer",
    "disable_log_once_globally",
    "enable_periodic_logging",
    "get_current_placement_group",
    "get_node_instance_id",
    "get_node_ip_address",
    "get_placement_group",
    "inspect_serializability",
    "list_named_actors",
    "log_once",
    "map_unordered",
    "placement_group",
    "placement_group_table",
    "register_serializer",
    "remove_placement_group",
]


def list_named_actors(all_namespaces: bool = False) -> list[str] | list[dict[str, str]]:
    """Give the names of the namespace's actors; with `all_namespaces`, those of all with their namespaces.

    Raises:
        NotConnectedError: no session is open.
        SessionError: the session has ended.
    """
    from ray_client.api import cluster  # it imports this package's handles, which import this one

    return cluster.list_named_actors(all_namespaces)


def __getattr__(name: str) -> Any:
    from ray_client.names import find_submodule

    return find_submodule(name, __name__)


shorten_all(globals())
