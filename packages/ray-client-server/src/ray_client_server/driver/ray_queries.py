"""What a client can ask of the cluster, or of the session's driver, by name (docs/protocol.md, rule O5)."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable, Mapping
from typing import Any, cast

import ray
import ray.actor
import ray.experimental
import ray.util
import ray.util.state
from ray.util.state.common import StateSchema

#: Facts of a driver, and the method or property of Ray's context that has each. `runtime_env` is from there too.
_CONTEXT: Mapping[str, str] = {
    "job_id": "get_job_id",
    "node_id": "get_node_id",
    "worker_id": "get_worker_id",
    "namespace": "namespace",
    "placement_group_id": "get_placement_group_id",
    "should_capture_child_tasks_in_placement_group": "should_capture_child_tasks_in_placement_group",
    "accelerator_ids": "get_accelerator_ids",
    "node_labels": "get_node_labels",
    "runtime_env_string": "get_runtime_env_string",
    "gcs_address": "gcs_address",
    "session_name": "get_session_name",
    "temp_dir": "get_temp_dir",
}


def _runtime_context() -> dict[str, Any]:
    """Give what the context of this Ray has; an older one lacks some facts, which are left out."""
    context = ray.get_runtime_context()
    found: dict[str, Any] = {
        # A driver is no task and no actor; asking Ray for their names would only log warnings.
        "actor_id": None,
        "actor_name": None,
        "task_name": None,
        "task_function_name": None,
        "was_current_actor_reconstructed": False,
        "task_id": None,
        "runtime_env": dict(context.runtime_env),
        "ray_version": ray.__version__,
        "ray_commit": ray.__commit__,
    }
    for name, source in _CONTEXT.items():
        if hasattr(type(context), source):
            fact = getattr(context, source)
            found[name] = fact() if callable(fact) else fact
    return found


def _register_serializer(cls: type, serializer: Callable[[Any], Any], deserializer: Callable[[Any], Any]) -> None:
    # In Ray's own pickles for the workers, and in ours for the client.
    ray.util.register_serializer(cls, serializer=serializer, deserializer=deserializer)
    SERIALIZERS[cls] = lambda instance: (deserializer, (serializer(instance),))


def _deregister_serializer(cls: type) -> None:
    ray.util.deregister_serializer(cls)
    SERIALIZERS.pop(cls, None)


def _record_metric(metric: Any, method: str, value: float, tags: dict[str, str]) -> None:
    getattr(metric, method)(value, tags=tags)


def _state(function: str, arguments: dict[str, Any]) -> Any:
    """Call a function of `ray.util.state`, which asks the cluster's dashboard."""
    if not function.startswith(("list_", "get_", "summarize_")) or function not in ray.util.state.__all__:
        raise ValueError(f"ray.util.state has no function {function!r} in Ray {ray.__version__}")
    # Without an address Ray looks for clusters on this machine, and gives up where it finds two.
    address = arguments.pop("address", None) or ray.get_runtime_context().gcs_address
    try:
        found = getattr(ray.util.state, function)(address=address, **arguments)
        if function == "get_log":
            return list(found)
    except ValueError as error:
        raise ValueError(str(error)) from error  # pydantic's own kind of it is nothing that a client need have
    return [_record(one) for one in found] if isinstance(found, list) else _record(found)


def _record(found: Any) -> Any:
    """Give a record as its type's name and its fields, which any version of the client can read."""
    if not isinstance(found, StateSchema):
        return found
    fields = cast(Any, found).asdict()
    plain = {name: value.value if isinstance(value, enum.Enum) else value for name, value in fields.items()}
    return type(found).__name__, plain


def _check_options(kind: str, options: dict[str, Any]) -> None:
    """Have this Ray judge options of a task, an actor or a method that the client does not know.

    Raises:
        ValueError, TypeError: it does not know them either, or a value makes no sense.
    """
    if kind == "method":
        # What takes them at a call; `ActorMethod.options` takes anything.
        known = inspect.signature(ray.actor.ActorMethod._remote).parameters
        refused = [name for name in options if name not in known]
        if refused:
            raise TypeError(f"unexpected keyword argument {refused[0]!r} for a method in Ray {ray.__version__}")
        return
    target: Any = type("Checked", (), {}) if kind == "actor" else lambda: None
    try:
        ray.remote(**options)(target)
    except (TypeError, ValueError) as error:
        kind_of_error = ValueError if isinstance(error, ValueError) else TypeError
        raise kind_of_error(f"{error} (by Ray {ray.__version__}, which the cluster has)") from error


#: How the user wants instances of some classes pickled: class -> what `__reduce__` would give.
SERIALIZERS: dict[type, Callable[[Any], tuple[Any, ...]]] = {}

#: What `QueryCluster` can ask for (docs/protocol.md, rule O5).
QUERIES: Mapping[str, Callable[..., Any]] = {
    "nodes": ray.nodes,
    "cluster_resources": ray.cluster_resources,
    "available_resources": ray.available_resources,
    "timeline": ray.timeline,
    "named_actors": ray.util.list_named_actors,
    "runtime_context": _runtime_context,
    "gpu_ids": ray.get_gpu_ids,
    "object_locations": ray.experimental.get_object_locations,
    "local_object_locations": ray.experimental.get_local_object_locations,
    "state": _state,
    "check_options": _check_options,
    "record_metric": _record_metric,
    "register_serializer": _register_serializer,
    "deregister_serializer": _deregister_serializer,
}
