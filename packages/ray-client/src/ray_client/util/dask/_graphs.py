"""Graphs of Dask as tasks of the cluster. Imported only where Dask is: it is no requirement of this package."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import dask
from dask._task_spec import Alias, DataNode, convert_legacy_graph  # where Dask has its tasks since 2024.11

import ray_client
from ray_client.handles.object_ref import ObjectRef
from ray_client.util.dask._callbacks import RayDaskCallback, local_ray_callbacks, methods

_NO_RESOURCES: Final = "resources are Dask's own; here they are options: ray_remote_args={'resources': {...}}"


def compute(
    dsk: Any,
    keys: Any,
    *,
    ray_callbacks: Any = None,
    ray_persist: bool = False,
    ray_remote_args: Mapping[str, Any] | None = None,
    **others: Any,
) -> Any:
    """Do `ray_dask_get`. What other schedulers take, such as `num_workers`, is passed over."""
    if "resources" in others:
        raise ValueError(_NO_RESOURCES)
    if not isinstance(dsk, Mapping):
        dsk = dsk._optimized_dsk if hasattr(dsk, "_optimized_dsk") else dsk.__dask_graph__()
    options = _options(dsk, dict(ray_remote_args or {}))
    graph = convert_legacy_graph(dsk)
    with local_ray_callbacks(ray_callbacks) as callbacks:
        found = _submit(graph, _flat(keys), options, callbacks)
        refs = _nested(keys, found)
        for tell in methods(callbacks, "_ray_postsubmit_all"):
            tell(refs, dsk)
        result = refs if ray_persist else _nested(keys, _values({key: found[key] for key in _flat(keys)}))
        for tell in methods(callbacks, "_ray_finish"):
            tell(result)
    return result


def _submit(
    graph: Mapping[Any, Any],
    keys: Iterator[Any],
    options: Mapping[Any, Mapping[str, Any]],
    callbacks: list[RayDaskCallback],
) -> dict[Any, Any]:
    """Start the tasks that the keys need, each after those that it needs; give references and plain values by key."""
    found: dict[Any, Any] = {}
    left = list(keys)
    while left:
        key = left[-1]
        missing = [] if key in found else [needed for needed in graph[key].dependencies if needed not in found]
        if missing:
            left += missing
            continue
        left.pop()
        if key not in found:
            found[key] = _start(graph[key], key, found, options.get(key, {}), callbacks)
    return found


def _start(
    node: Any, key: Any, found: Mapping[Any, Any], options: Mapping[str, Any], callbacks: list[RayDaskCallback]
) -> Any:
    if isinstance(node, Alias):
        return found[node.target]
    if isinstance(node, DataNode):
        return node.value
    needed = {each: found[each] for each in node.dependencies}
    for ask in methods(callbacks, "_ray_presubmit"):
        instead = ask(node, key, needed)
        if instead is not None:
            return instead
    before, after = (methods(callbacks, name) for name in ("_ray_pretask", "_ray_posttask"))
    task = ray_client.remote(_runner()).options(name=f"dask:{key!s}", **options)
    ref = task.remote(node, key, before, after, list(needed), *needed.values())
    for tell in methods(callbacks, "_ray_postsubmit"):
        tell(node, key, needed, ref)
    return ref


@functools.cache
def _runner() -> Callable[..., Any]:
    """Give the function that runs a task of Dask's. It is made here, and so travels by value: Ray has no such one."""

    def with_values(value: Any) -> Any:
        """Give a task with values in the place of the references that Dask has moved into it: persisted parts."""
        import copy

        from dask._task_spec import DataNode, Task

        import ray_client as ray

        if isinstance(value, ray.ObjectRef):
            return ray.get(value)
        if isinstance(value, DataNode):
            return DataNode(value.key, with_values(value.value))
        if isinstance(value, Task):
            changed = copy.copy(value)
            changed.args, changed.kwargs = with_values(value.args), with_values(value.kwargs)
            return changed
        if type(value) in (list, tuple):
            return type(value)(map(with_values, value))
        return {name: with_values(each) for name, each in value.items()} if type(value) is dict else value

    def run(node: Any, key: Any, before: list[Any], after: list[Any], names: list[Any], *values: Any) -> Any:
        node = with_values(node)
        states = [tell(key, list(values)) for tell in before]
        result = node(dict(zip(names, values, strict=True)))
        for position, tell in enumerate(after):
            tell(key, result, states[position] if position < len(states) else None)
        return result

    return run


def _options(dsk: Any, given: dict[str, Any]) -> dict[Any, dict[str, Any]]:
    """Give the options of each key's task: those given for all, and those that its layer is annotated with."""
    for_all = {**given, **_remote_args(dask.get_annotations())}
    found = dict.fromkeys(dsk, for_all)
    for layer in getattr(dsk, "layers", {}).values():
        own = {**for_all, **_remote_args(getattr(layer, "annotations", None) or {})}
        found.update(dict.fromkeys(layer, own))
    return found


def _remote_args(annotations: Mapping[str, Any]) -> Mapping[str, Any]:
    if "resources" in annotations:
        raise ValueError(_NO_RESOURCES)
    found: Mapping[str, Any] = annotations.get("ray_remote_args", {})
    return found


def _flat(keys: Any) -> Iterator[Any]:
    if isinstance(keys, list):
        for each in keys:
            yield from _flat(each)
    else:
        yield keys


def _nested(keys: Any, found: Mapping[Any, Any]) -> Any:
    """Give what was found in the shape of the keys: a tuple for each list of them, as Dask's own schedulers do."""
    return tuple(_nested(each, found) for each in keys) if isinstance(keys, list) else found[keys]


def _values(found: dict[Any, Any]) -> dict[Any, Any]:
    refs = {key: ref for key, ref in found.items() if isinstance(ref, ObjectRef)}
    return {**found, **dict(zip(refs, ray_client.get(list(refs.values())), strict=True))}
