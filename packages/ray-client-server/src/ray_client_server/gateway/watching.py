"""Ends sessions whose client is gone for good, long before their leases would."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Final

from ray_client_proto.wire.processes import machine_name, start_of
from ray_client_server.gateway.lifecycle import Lifecycle
from ray_client_server.gateway.sessions import Session, SessionTable

LOOK_S: Final = 1.0


class ClientWatch:
    """Looks after each session's client. The event loop owns it.

    A client of this machine is known by its process: once that is gone nobody can use the session any more, whatever
    children of it hold its connections. Of any other client the connection is all that is known: if that was closed or
    reset, and nothing comes back for `reset_s`, the session ends. A connection that has fallen silent says nothing: a
    laptop may sleep. A session that nobody has come to for `handshake_s` after it was opened has no client.
    """

    def __init__(self, sessions: SessionTable, lifecycle: Lifecycle, handshake_s: float) -> None:
        self._sessions, self._lifecycle, self._handshake_s = sessions, lifecycle, handshake_s
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look, every `LOOK_S`."""
        self._looking = asyncio.ensure_future(self._run())

    async def close(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()

    def look(self) -> None:
        """End the sessions whose clients are gone."""
        for session in self._sessions:
            if session.is_process_known and not _is_process_there(session):
                self._lifecycle.end(session, f"its client's process {session.client.pid} is gone")
            elif _is_closed_for_good(session):
                self._lifecycle.end(session, f"its client closed the connection {session.reset_s:g} s ago")
            elif not session.is_used and time.monotonic() - session.ready_at_s >= self._handshake_s:
                self._lifecycle.end(session, f"nobody came to it within {self._handshake_s:g} s after it was opened")


def recognize(session: Session) -> None:
    """Find out whether the session's client is a process of this machine that we can see; some systems hide others'."""
    machine = machine_name()
    session.is_process_known = bool(machine) and session.client.machine == machine and _is_process_there(session)


def _is_process_there(session: Session) -> bool:
    return start_of(session.client.pid) == session.client.started != 0


def _is_closed_for_good(session: Session) -> bool:
    if session.is_attached or session.closed_at_s is None:
        return False
    return time.monotonic() - session.closed_at_s >= session.reset_s
