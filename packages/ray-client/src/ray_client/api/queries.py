"""Questions that only single modules of the public tree ask."""

from __future__ import annotations

from typing import Any

from ray_client.handles.current import current_session, find_session
from ray_client.handles.object_ref import ObjectRef


def record_metric(metric: Any, method: str, value: float, tags: dict[str, str]) -> None:
    """Have the session's driver call a method of a metric; raises what that raises.

    Without a session nothing is recorded: in Ray too a metric neither starts anything nor fails there.
    """
    if find_session() is not None:
        _query("record_metric", metric=metric, method=method, value=value, tags=tags)


def get_object_locations(obj_refs: list[ObjectRef[Any]], timeout_ms: int = -1) -> dict[ObjectRef[Any], dict[str, Any]]:
    """Give for each object the nodes that have a copy, and its size; objects that are not found are left out.

    Args:
        obj_refs: any number of references.
        timeout_ms: how long the cluster may take; negative: as long as it wants.

    Raises:
        GetTimeoutError: it took longer.
        TypeError: something else is among them.
        NotConnectedError: no session is open.
    """
    _check_refs(obj_refs)
    return dict(_query("object_locations", opens=False, obj_refs=obj_refs, timeout_ms=timeout_ms))


def get_local_object_locations(obj_refs: list[ObjectRef[Any]]) -> dict[ObjectRef[Any], dict[str, Any]]:
    """Give for each object what the session's driver knows of its place and size without asking others.

    Raises:
        TypeError: something else is among them.
        NotConnectedError: no session is open.
    """
    _check_refs(obj_refs)
    return dict(_query("local_object_locations", opens=False, obj_refs=obj_refs))


def query_state(function: str, **arguments: Any) -> Any:
    """Give what a function of `ray.util.state` says on the driver: plain values, with records as (type, fields).

    Raises:
        RayStateApiException: the cluster's dashboard does not answer, or refuses.
        NotConnectedError: no session is open.
    """
    return _query("state", function=function, arguments=arguments)


def _check_refs(refs: list[Any]) -> None:
    for ref in refs:
        if not isinstance(ref, ObjectRef):
            raise TypeError(f"locations are those of objects: a list of ObjectRef is wanted, not {type(ref)} in one")


def _query(query: str, opens: bool = True, **arguments: Any) -> Any:
    from ray_client.session import calls

    return calls.query_cluster(current_session(f"{query}()", opens), query, **arguments)
