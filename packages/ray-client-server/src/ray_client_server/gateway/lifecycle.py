"""Opens and ends sessions: starts each driver, hears what it reports, and sees to it that its process ends."""

from __future__ import annotations

import asyncio
import contextlib
import glob
import os
import shutil
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any

from ray_client_proto.v1.gateway_pb2 import OpenSessionProgress
from ray_client_server.config import DriverSettings, Limits, files_path
from ray_client_server.errors import BY_CODE_NAME, DriverFailedError, ServerError
from ray_client_server.gateway.control import ControlServer
from ray_client_server.gateway.proofs import Proofs
from ray_client_server.gateway.sessions import DriverProcess, Session, SessionTable
from ray_client_server.observability.logs import EventLog

log = EventLog("lifecycle")

#: How long after the end of its control connection a driver's exit code is waited for.
EXIT_S = 1.0

Start = Callable[[DriverSettings, bool], Awaitable[DriverProcess]]


class Lifecycle:
    """Every session's way from its start to the end of its process. The event loop owns it."""

    def __init__(self, sessions: SessionTable, limits: Limits, directory: str, start: Start) -> None:
        self._sessions = sessions
        self._limits = limits
        self._start = start
        self.control = ControlServer(f"{directory}/control", sessions, self._on_event)
        self._gone: dict[Session, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, session: Session, settings: DriverSettings, in_environment: bool) -> dict[str, Any]:
        """Start the driver of a reserved session and give what it reports when it is ready.

        Raises:
            ServerError: it failed, or the session was ended meanwhile.
            OSError: no process could be started.
        """
        session.stage = (
            OpenSessionProgress.BUILDING_ENVIRONMENT if in_environment else OpenSessionProgress.STARTING_DRIVER
        )
        self._gone[session] = asyncio.Event()
        try:
            process = await self._start(settings, in_environment)
        except BaseException:
            del self._gone[session]
            raise
        session.process = process
        if session.end_reason:
            process.kill()
        task = asyncio.create_task(self._attend(session, process))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(session.ready)

    def end(self, session: Session, reason: str, failure: ServerError | None = None) -> None:
        """End a session: from now on calls to it fail, and its driver is told to go; it has `driver_end_s` for that."""
        self._sessions.end(session, reason, failure)
        if session.link is not None:
            session.link.send({"do": "end", "reason": session.end_reason})
        elif session.process is not None:
            session.process.kill()  # it has not joined anything yet that it could leave in good order

    def drain(self, within_s: float) -> None:
        """Tell every driver to finish what runs, and go."""
        for session in self._sessions:
            if session.link is None:
                self.end(session, "the gateway was shut down")
            else:
                session.link.send({"do": "drain", "within_s": within_s})

    async def all_ended(self) -> None:
        """Wait until every driver's process has ended."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Stop hearing from drivers; those which are left end by that."""
        await self.control.close()

    def kill_all(self) -> None:
        """End every driver's process at once."""
        for session in (*self._sessions, *self._gone):
            self._sessions.end(session, "the gateway was shut down")
            self._kill(session)

    def _on_event(self, session: Session, event: dict[str, Any]) -> None:
        kind = event.get("event")
        if kind == "hello":
            session.driver_pid = int(event["pid"])
            session.stage = OpenSessionProgress.STARTING_DRIVER
            if session.end_reason:
                self.end(session, session.end_reason)
        elif kind == "ready":
            session.job_id = str(event.get("job_id", ""))
            session.namespace = str(event.get("namespace", session.namespace))
            session.stage = OpenSessionProgress.READY
            session.ready_at_s, session.proofs = time.monotonic(), Proofs()
            if not session.ready.done():
                session.ready.set_result(event)
        elif kind == "failed" and not session.ready.done():
            error = BY_CODE_NAME.get(str(event.get("code")), DriverFailedError)
            details = {"type_name": str(event.get("type_name", ""))}
            failure = error(str(event.get("message", "")), details)
            self.end(session, f"it could not be opened: {failure.message.partition(chr(10))[0]}", failure)
        elif kind == "attached":
            session.is_attached = bool(event.get("is_attached"))
            session.is_used = True
            if session.is_attached:
                session.closed_at_s = None
        elif kind == "hung_up" and not session.is_attached and not session.connections:
            session.closed_at_s = time.monotonic()
        elif kind == "ended":
            self._sessions.end(session, str(event.get("reason", "its driver ended it")))
        elif kind == "gone" and session in self._gone:
            self._gone[session].set()

    async def _attend(self, session: Session, process: DriverProcess) -> None:
        """Stay with a driver's process until it is gone, and leave nothing of it behind."""
        exited = asyncio.ensure_future(process.wait())
        try:
            await self._until_over(session, exited)
            if not session.end_reason:
                await asyncio.wait({exited}, timeout=EXIT_S)
                self._end_of_dead(session, process, exited)
            await self._until_exit(session, exited)
        finally:
            exited.cancel()
            del self._gone[session]
            for path in set(glob.glob(f"{session.socket_path}*")) - {files_path(session.socket_path)}:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(path)
            await asyncio.to_thread(shutil.rmtree, files_path(session.socket_path), ignore_errors=True)

    async def _until_over(self, session: Session, exited: asyncio.Future[str]) -> None:
        """Wait for the end of the session, of the control connection, or of a process that never connected."""
        ended = asyncio.ensure_future(session.ended.wait())
        gone = asyncio.ensure_future(self._gone[session].wait())
        try:
            either: set[asyncio.Future[Any]] = {ended, gone, exited}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if session.link is not None:
                # A fork server that dies makes every process look ended: a driver that is connected is not.
                await asyncio.wait({ended, gone}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done() and session.link is not None:
                await asyncio.wait({gone}, timeout=self._limits.driver_end_s)
        finally:
            ended.cancel()
            gone.cancel()

    def _end_of_dead(self, session: Session, process: DriverProcess, exited: asyncio.Future[str]) -> None:
        """End a session whose driver went without a word."""
        # Inside an environment the process is the one that started the driver, whose end says nothing.
        is_its_own = session.driver_pid in (0, process.pid) and exited.done()
        reason = f"its driver died ({exited.result()})" if is_its_own else "its driver died"
        advice = f"{reason}; its log is {session.log_path} on the cluster"
        self._sessions.end(session, reason, DriverFailedError(advice, {"reason": reason}))

    async def _until_exit(self, session: Session, exited: asyncio.Future[str]) -> None:
        """Wait until the process has ended, and end it by force if it takes too long."""
        await asyncio.wait({exited}, timeout=self._limits.driver_end_s)
        if not exited.done():
            log.warning("driver.killed", session=session.session_id, pid=session.driver_pid)
        self._kill(session)
        await asyncio.wait({exited}, timeout=EXIT_S)

    def _kill(self, session: Session) -> None:
        gone = self._gone.get(session)
        if session.process is not None:
            session.process.kill()
        if session.driver_pid and gone is not None and not gone.is_set():
            # Its connection is open, so the number is still its own; the process above may be the one that started it.
            with contextlib.suppress(ProcessLookupError):
                os.kill(session.driver_pid, signal.SIGKILL)
