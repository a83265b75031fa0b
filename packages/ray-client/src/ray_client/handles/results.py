"""What a call returns to its caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ray_client.handles.object_ref import ObjectRef
from ray_client.handles.ref_generator import ObjectRefGenerator

if TYPE_CHECKING:
    from ray_client.session.calls import Results
    from ray_client.session.session import Session


def handles_of(session: Session, results: Results) -> Any:
    """Give what `.remote()` returns: None, a reference, a list of them, or a generator."""
    if results.is_streaming:
        return ObjectRefGenerator[Any](session, results.ids[0])
    refs = [ObjectRef[Any](session, result_id) for result_id in results.ids]
    if not refs:
        return None
    return refs[0] if len(refs) == 1 else refs
