"""Ctrl-C while something is waited for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from ray_client.errors import SessionError
from ray_client.session import calls
from ray_client.session.session import Session


@contextmanager
def interruptible(session: Session, object_ids: Iterable[int]) -> Iterator[None]:
    """Wait for objects in the block: Ctrl-C there ends the waiting, and the tasks too if the session was opened so."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        if session.cancels_on_interrupt:
            with suppress(SessionError):  # it has ended meanwhile, and its tasks with it
                for object_id in object_ids:
                    calls.cancel_task(session, object_id, force=False, recursive=True)
        elif hasattr(interrupt, "add_note"):  # Python 3.11
            interrupt.add_note(
                "What was waited for goes on, and so does the session. ray_client.cancel(ref) ends a task; with "
                "init(on_interrupt='cancel') Ctrl-C does."
            )
        raise
