"""What `ray._private.internal_api` has had that means something on a client."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ray_client._private.by_reference import call_there, start_there
from ray_client.cluster_only import stand_in
from ray_client.handles.object_ref import ObjectRef
from ray_client.runtime_context import get_runtime_context

__all__ = ["free", "memory_summary"]


def free(object_refs: ObjectRef[Any] | Sequence[ObjectRef[Any]], local_only: bool = False) -> None:
    """Ask the cluster to drop values although there are references to them; newer Rays pass over it.

    Raises:
        TypeError: something else than references was given.
        NotConnectedError: no session is open.
    """
    refs = [object_refs] if isinstance(object_refs, ObjectRef) else list(object_refs)
    for ref in refs:
        if not isinstance(ref, ObjectRef):
            raise TypeError(f"free takes references: a list of ObjectRef is wanted, not {type(ref)} in one")
    if refs:
        start_there(free, refs, local_only)


def memory_summary(
    address: str | None = None,
    group_by: str = "NODE_ADDRESS",
    sort_by: str = "OBJECT_SIZE",
    units: str = "B",
    line_wrap: bool = True,
    stats_only: bool = False,
    num_entries: int | None = None,
) -> str:
    """Give, as text, what lies in the cluster's object store and who refers to it, as `ray memory` prints it there.

    Args:
        address: of the control service, as the cluster's nodes see it; without one, that of the session's cluster.
        group_by: `NODE_ADDRESS` or `STACK_TRACE`.
        sort_by: `OBJECT_SIZE`, `PID` or `REFERENCE_TYPE`.
        units: of sizes: `B`, `KB`, `MB` or `GB`.
        line_wrap: break long lines.
        stats_only: give the sums alone.
        num_entries: how many objects at most.

    Raises:
        NotConnectedError: no session is open.
    """
    there = address if address not in (None, "auto") else get_runtime_context().gcs_address
    return str(call_there(memory_summary, there, group_by, sort_by, units, line_wrap, stats_only, num_entries))


def __getattr__(name: str) -> Any:
    return stand_in(__name__, name)
