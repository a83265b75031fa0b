"""Which session a call without one uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from ray_client.errors import NotConnectedError

if TYPE_CHECKING:
    from ray_client.session.session import Session

_default: Session | None = None
# Opens the default session, where it can be known which; set by whoever can open one.
_open_default: Callable[[], None] | None = None
# Of this thread, or of this asyncio task: two tasks that take turns on a thread may use two sessions.
_used: ContextVar[tuple[Session, ...]] = ContextVar("ray_client_used", default=())


def find_session() -> Session | None:
    """Give the session of the innermost `use` of this thread or task, else the default one, else None."""
    used = _used.get()
    return used[-1] if used else _default


def current_session(doing: str, opens: bool = True) -> Session:
    """Give the session to use; where there is none, open the default one, as Ray's first call does.

    Args:
        doing: completes "... needs a session".
        opens: false for the calls that start nothing in Ray either.

    Raises:
        NotConnectedError: there is none, and nothing says which to open.
        ConnectError: it could not be opened; the subclass says why.
    """
    session = find_session()
    if session is None and opens and _open_default is not None:
        _open_default()
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


def set_opener(open_default: Callable[[], None]) -> None:
    """Have `current_session` call this where there is no session; it may open none."""
    global _open_default
    _open_default = open_default


@contextmanager
def use(session: Session) -> Iterator[None]:
    """Have the calls in the block use this session: those of this thread or task, and of tasks begun in it."""
    _used.set((*_used.get(), session))
    try:
        yield
    finally:
        # Not by a token of `set`: a fixture may be left in another context than it was entered in.
        used = list(_used.get())
        if session in used:
            del used[len(used) - 1 - used[::-1].index(session)]
        _used.set(tuple(used))
