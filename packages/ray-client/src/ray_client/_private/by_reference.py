"""Calls of functions that the cluster's Ray has under the same private name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ray_client.handles.function import RemoteFunction
from ray_client.handles.object_ref import ObjectRef


def start_there(function: Callable[..., Any], *args: Any, **kwargs: Any) -> ObjectRef[Any]:
    """Start Ray's own function in a task that takes no resources.

    Args:
        function: ours, of the same module and name; only these travel (docs/protocol.md, rule T7).
        args: of the call.
        kwargs: of the call.
    """
    reference: ObjectRef[Any] = RemoteFunction(function, {"num_cpus": 0}).remote(*args, **kwargs)
    return reference


def call_there(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Give what Ray's own function gives."""
    from ray_client.api.objects import get

    return get(start_there(function, *args, **kwargs))
