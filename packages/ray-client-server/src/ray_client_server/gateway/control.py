"""The control socket: every driver connects to it, and both sides write lines of JSON."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from typing import Any

from ray_client_server.gateway.sessions import Session, SessionTable
from ray_client_server.observability.logs import EventLog

log = EventLog("control")

MAX_LINE_BYTES = 4 * 1024 * 1024  #: a failure may quote the whole output of an installer

OnEvent = Callable[[Session, dict[str, Any]], None]


class Link:
    """The connection of one driver."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def send(self, order: dict[str, Any]) -> None:
        """Queue one order; when the driver is gone this changes nothing."""
        if not self._writer.is_closing():
            self._writer.write(json.dumps(order).encode() + b"\n")

    def close(self) -> None:
        """Hang up, which ends the driver."""
        self._writer.close()


class ControlServer:
    """Listens for drivers, and hands on what they report.

    `on_event` gets each event; the end of a connection is the event `{"event": "gone"}`.
    """

    def __init__(self, path: str, sessions: SessionTable, on_event: OnEvent) -> None:
        self.path = path
        self._sessions = sessions
        self._on_event = on_event
        self._server: asyncio.Server | None = None
        self._links: set[Link] = set()

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            OSError: the path is taken, or too long.
        """
        self._server = await asyncio.start_unix_server(self._serve, self.path, limit=MAX_LINE_BYTES)

    async def close(self) -> None:
        """Stop listening, hang up on every driver, and remove the socket."""
        if self._server is not None:
            self._server.close()
        for link in tuple(self._links):
            link.close()
        if os.path.exists(self.path):
            os.unlink(self.path)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = Link(writer)
        self._links.add(link)
        session: Session | None = None
        try:
            while (event := await self._next_event(reader)) is not None:
                if session is None:
                    session = self._sessions.get(str(event.get("session")))
                    if session is None:
                        log.warning("control.unknown_session", session=event.get("session"))
                        return
                    if event.get("event") == "hello":
                        session.link = link
                self._on_event(session, event)
        finally:
            self._links.discard(link)
            writer.close()
            if session is not None and session.link is link:
                self._on_event(session, {"event": "gone"})

    async def _next_event(self, reader: asyncio.StreamReader) -> dict[str, Any] | None:
        """Give the next event, or nothing at the end of the connection."""
        try:
            line = await reader.readline()
            event = json.loads(line) if line.endswith(b"\n") else None
        except (ValueError, ConnectionError) as error:  # too long a line, not JSON, or a reset
            log.warning("control.broken", error=error)
            return None
        return event if isinstance(event, dict) else None
