"""Which session a call without one uses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ray_client.errors import NotConnectedError

if TYPE_CHECKING:
    from ray_client.session.session import Session


class _PerThread(threading.local):
    def __init__(self) -> None:
        self.stack: list[Session] = []


_default: Session | None = None
_per_thread = _PerThread()


def find_session() -> Session | None:
    """Give the session of the innermost `use` of this thread, else the default one, else None."""
    return _per_thread.stack[-1] if _per_thread.stack else _default


def current_session(doing: str) -> Session:
    """Give the session to use; `doing` completes "... needs a session".

    Raises:
        NotConnectedError: there is none.
    """
    session = find_session()
    if session is None:
        raise NotConnectedError(doing)
    return session


def find_default() -> Session | None:
    """Give the session that module-level calls use outside of any `use`, if there is one."""
    return _default


def set_default(session: Session | None) -> None:
    """Have module-level calls of every thread use this session from now on."""
    global _default
    _default = session


@contextmanager
def use(session: Session) -> Iterator[None]:
    """Have this thread's calls in the block use this session."""
    _per_thread.stack.append(session)
    try:
        yield
    finally:
        _per_thread.stack.remove(session)
