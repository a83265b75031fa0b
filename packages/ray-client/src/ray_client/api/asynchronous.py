"""`get` and `put` for coroutines: none of them blocks the running loop."""

from __future__ import annotations

import asyncio
from typing import Any

from ray_client.api.objects import put_in, refs_of
from ray_client.handles.object_ref import ObjectRef
from ray_client.handles.ref_generator import ObjectRefGenerator
from ray_client.session.gets import timed_out
from ray_client.session.session import Session
from ray_client.session.timeouts import get_seconds, more_s


async def get_later_in(session: Session, refs: Any, timeout: float | None) -> Any:
    """Do `get` in a session, without blocking; cancelled, it forgets the request."""
    if isinstance(refs, ObjectRefGenerator):
        return refs  # as in Ray
    wanted = refs_of(session, refs)
    timeout_s = get_seconds(timeout)
    if not wanted:
        return []
    places = {object_id: place for place, object_id in enumerate(dict.fromkeys(ref._handle_id for ref in wanted))}
    coming = asyncio.wrap_future(session.future_values(list(places), timeout_s))
    try:
        await asyncio.wait({coming}, timeout=timeout_s)
        if not coming.done() and (longer_s := more_s(session, timeout_s or 0.0)) > 0:
            await asyncio.wait({coming}, timeout=longer_s)
        if not coming.done():
            raise timed_out(len(places))
        values = coming.result()
    finally:
        coming.cancel()  # which changes nothing once it is done
    if isinstance(refs, ObjectRef):
        return values[0]
    return [values[places[ref._handle_id]] for ref in wanted]


async def put_later_in(session: Session, value: Any) -> ObjectRef[Any]:
    """Do `put` in a session; pickling and an upload run in a thread."""
    return await asyncio.to_thread(put_in, session, value)
