"""What `ray._private.internal_api` has had that means something on a client."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ray_client._private.by_reference import start_there
from ray_client.cluster_only import stand_in
from ray_client.handles.object_ref import ObjectRef

__all__ = ["free"]


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


def __getattr__(name: str) -> Any:
    return stand_in(__name__, name)
