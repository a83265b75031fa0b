"""What a handle must know of the methods of its actor."""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

from ray_client.handles.function import default_num_returns


class MethodFacts(NamedTuple):
    """What a handle must know of a method to call it."""

    num_returns: int | str  #: unless a call's options say otherwise
    signature: inspect.Signature | None = None  #: without `self`; None where only the cluster knows it


# Methods that Ray gives every actor.
_BUILT_IN = {name: MethodFacts(1) for name in ("__ray_ready__", "__ray_call__", "__ray_terminate__")}

# What Ray's own `@ray.method` leaves on a method, where the driver's `ray.remote` looks for it
# (ray/actor.py, Ray 2.40 to 2.60).
METHOD_MARKS = {
    "num_returns": "__ray_num_returns__",
    "concurrency_group": "__ray_concurrency_group__",
    "max_task_retries": "__ray_max_task_retries__",
    "retry_exceptions": "__ray_retry_exceptions__",
    "_generator_backpressure_num_objects": "__ray_generator_backpressure_num_objects__",
    "enable_task_events": "__ray_enable_task_events__",
}


def describe_methods(cls: type) -> dict[str, MethodFacts]:
    """Give what a handle must know of a class, by the names of its methods."""
    methods = dict(_BUILT_IN)
    for name, function in inspect.getmembers(cls, inspect.isroutine):
        if name.startswith("__") and name in vars(object) and name != "__init__":
            continue
        marked = getattr(function, METHOD_MARKS["num_returns"], None)
        num_returns = default_num_returns(function, {}) if marked is None else marked
        methods[name] = MethodFacts(num_returns, _method_signature(cls, name, function))
    return methods


def _method_signature(cls: type, name: str, function: Any) -> inspect.Signature | None:
    """Give a method's signature without `self`; None where it cannot be known."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # functions of extension modules
        return None
    if inspect.ismethod(function) or isinstance(inspect.getattr_static(cls, name), staticmethod):
        return signature
    return signature.replace(parameters=list(signature.parameters.values())[1:])
