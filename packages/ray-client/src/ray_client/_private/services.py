"""What `ray._private.services` has that means something on a client."""

from __future__ import annotations

from typing import Any

from ray_client.cluster_only import stand_in
from ray_client.util._node import get_node_instance_id, get_node_ip_address

__all__ = ["get_node_instance_id", "get_node_ip_address"]


def __getattr__(name: str) -> Any:
    return stand_in(__name__, name)
