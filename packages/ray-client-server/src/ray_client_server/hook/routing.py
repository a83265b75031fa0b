"""Which session the calls of `ray` go to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ray_client import ClientContext

_installed: ClientContext | None = None
_routed: ContextVar[ClientContext | None] = ContextVar("ray_client_hook", default=None)


def installed() -> ClientContext | None:
    """Give the session of the whole process, if there is one."""
    return _installed


def set_installed(context: ClientContext | None) -> None:
    """Set the session of the whole process; None: none."""
    global _installed
    _installed = context


@contextmanager
def routed_to(context: ClientContext) -> Iterator[None]:
    """Have the calls of this thread or asyncio task go to this session in the block."""
    token = _routed.set(context)
    try:
        yield
    finally:
        _routed.reset(token)


def target() -> ClientContext | None:
    """Give the session that a call made here goes to; None: it is Ray's own."""
    return _routed.get() or _installed
