"""The gRPC edge of the `Gateway` service."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias, TypeVar

import grpc

from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.v1 import gateway_pb2_grpc
from ray_client_proto.wire import metadata as keys
from ray_client_proto.wire import websocket
from ray_client_server.config import DriverSettings, Limits, TlsSettings
from ray_client_server.errors import (
    BrokenRuleError,
    DrainingError,
    DriverFailedError,
    LimitExceededError,
    ServerError,
)
from ray_client_server.gateway import environment, opening, watching
from ray_client_server.gateway.lifecycle import Lifecycle
from ray_client_server.gateway.packages import SLOWEST_BYTES_S, PackageStore, check_hash
from ray_client_server.gateway.relay import session_of
from ray_client_server.gateway.sessions import Session, SessionTable
from ray_client_server.gateway.starting import BUILD_HOLD_S, START_HOLD_S, StartPlaces
from ray_client_server.observability.logs import EventLog
from ray_client_server.observability.peers import peer_of
from ray_client_server.refusal import refuse

log = EventLog("gateway")

T = TypeVar("T")

#: Has Ray judge a runtime environment, as `Spawner.check_environment`.
CheckEnvironment: TypeAlias = Callable[[dict[str, Any]], Awaitable[dict[str, str]]]
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


class GatewayServicer(gateway_pb2_grpc.GatewayServicer):
    """Answers for the gateway. The event loop owns it."""

    def __init__(
        self,
        sessions: SessionTable,
        lifecycle: Lifecycle,
        packages: PackageStore,
        limits: Limits,
        *,
        directory: str,
        info: pb.ServerInfo,
        check_environment: CheckEnvironment,
        tls: TlsSettings | None,
        forwards: bool = True,
        admit: Callable[[str], None],
    ) -> None:
        """`admit` is told of each connection with a call that was let in."""
        self._sessions = sessions
        self._lifecycle = lifecycle
        self._packages = packages
        self._limits = limits
        self._directory = directory
        self._info = info
        self._check_environment = check_environment
        self._tls, self._forwards = tls, forwards
        self._admit = admit
        self._starts = StartPlaces(START_HOLD_S)
        # Apart, since they take minutes: nobody who needs none shall wait for them.
        self._builds = StartPlaces(BUILD_HOLD_S)
        self._unpacking = StartPlaces(START_HOLD_S, count=2, share=1)
        self.is_draining = False

    def info(self) -> pb.ServerInfo:
        """Give what the gateway says of itself now."""
        info = pb.ServerInfo()
        info.CopyFrom(self._info)
        info.sessions, info.max_sessions = len(self._sessions), self._limits.sessions
        info.is_draining = self.is_draining
        return info

    async def GetServerInfo(self, request: pb.ServerInfoRequest, context: Context) -> pb.ServerInfo:
        self._admit(peer_of(context))
        return self.info()

    async def ListSessions(self, request: pb.ListSessionsRequest, context: Context) -> pb.ListSessionsResponse:
        self._admit(peer_of(context))
        now = time.monotonic()
        summaries = [
            pb.SessionSummary(
                session_id=session.session_id,
                stage=session.stage,
                job_id=session.job_id,
                namespace=session.namespace,
                client=session.client,
                age_s=now - session.opened_at_s,
                is_attached=session.is_attached,
                driver_pid=session.driver_pid,
            )
            for session in self._sessions
        ]
        return pb.ListSessionsResponse(sessions=summaries, server=self.info())

    async def CloseSession(self, request: pb.CloseSessionRequest, context: Context) -> pb.CloseSessionResponse:
        self._admit(peer_of(context))
        async with _refusing(context):
            session = session_of(context.invocation_metadata(), self._sessions)
            self._lifecycle.end(session, request.reason[:200] or "its client closed it")
        return pb.CloseSessionResponse()

    async def OpenSession(self, request: pb.OpenSessionRequest, context: Context) -> None:
        self._admit(peer_of(context))
        async with _refusing(context):
            terms = opening.agree(request, self._info, self._limits)
            client = opening.known_client(request)
            runtime_env = await asyncio.to_thread(environment.parse, request.runtime_env_json)
            if self.is_draining:
                raise DrainingError()
            opener = _client_of(context, request.client)
            self._make_room(opener)
            session = self._sessions.reserve(client, request.namespace, terms.lease_s, self._directory)
            session.opened_by = opener
            watching.recognize(session)
            if not request.lease_s:  # a client that asks for a lease has it, whatever becomes of its connection
                session.reset_s = self._limits.reset_s
            log.info("session.opening", session=session.session_id, client=opening.describe_client(request.client))
            try:
                await self._open(session, request, runtime_env, terms, context)
            except ServerError as error:
                self._lifecycle.end(session, f"it could not be opened: {error.message.partition(chr(10))[0]}", error)
                raise
            except asyncio.CancelledError:
                self._lifecycle.end(session, "its client gave up while it was opened")
                raise
            except BaseException:
                self._lifecycle.end(session, "a fault of the gateway")
                raise

    def _make_room(self, opener: str) -> None:
        """Where a new session of this client would be one too many, end one that nobody has come to."""
        least = self._sessions.least_wanted(opener) if self._sessions.is_full else None
        if least is not None:
            said = "nobody had come to it, and another client needed its place"
            self._lifecycle.end(least, said, LimitExceededError("sessions", self._limits.sessions, said))

    async def _open(
        self,
        session: Session,
        request: pb.OpenSessionRequest,
        runtime_env: dict[str, Any],
        terms: opening.Terms,
        context: Context,
    ) -> None:
        """Take a reserved session to READY, telling the client of each stage."""
        await context.write(pb.OpenSessionProgress(stage=pb.OpenSessionProgress.QUEUED))
        session.packages.update(environment.packages_of(runtime_env))
        laid_out = await asyncio.to_thread(environment.lay_out, runtime_env, self._packages.directory)
        settings = await asyncio.to_thread(
            opening.driver_settings,
            session,
            request,
            laid_out,
            cluster_address=self._info.cluster_address,
            control_path=self._lifecycle.control.path,
            packages_dir=str(self._packages.path),
            limits=self._limits,
            tls=self._tls,
            forwards=self._forwards,
        )
        if self._tls is None:
            terms = opening.without(terms, websocket.TLS_CAPABILITY)
        elif settings.tls is None:  # this driver cannot end TLS, and nothing goes in clear
            sockets = websocket.CAPABILITY, websocket.LANES, websocket.TLS_CAPABILITY
            terms = opening.without(terms, *sockets)
        places = self._builds if laid_out.is_built else self._starts
        async with contextlib.AsyncExitStack() as held:
            await _unless_ended(session, held.enter_async_context(places.place(session.opened_by)))
            ready = await self._start(session, settings, laid_out.is_built, context)
        opening.check_driver(ready)
        answer = opening.opened(session, terms, ready, self.info(), self._limits)
        await context.write(pb.OpenSessionProgress(stage=pb.OpenSessionProgress.READY, opened=answer))
        log.info(
            "session.ready",
            session=session.session_id,
            job=session.job_id,
            pid=session.driver_pid,
            took_s=f"{time.monotonic() - session.opened_at_s:.3f}",
        )

    async def _start(
        self, session: Session, settings: DriverSettings, is_built: bool, context: Context
    ) -> dict[str, Any]:
        """Start the driver and give what it reports when it is ready.

        Raises:
            ServerError: it failed, or took too long.
        """
        stage = pb.OpenSessionProgress.BUILDING_ENVIRONMENT if is_built else pb.OpenSessionProgress.STARTING_DRIVER
        await context.write(pb.OpenSessionProgress(stage=stage))
        limit = "environment_s" if is_built else "handshake_s"
        return await self._in_time(limit, self._lifecycle.open(session, settings, is_built))

    async def _in_time(self, limit: str, work: Awaitable[T]) -> T:
        """Give what a process is started for, within a limit of its own.

        Raises:
            ServerError: it failed, or took too long.
        """
        within_s: float = getattr(self._limits, limit)
        try:
            return await asyncio.wait_for(work, within_s)
        except asyncio.TimeoutError:
            raise LimitExceededError(limit, within_s, "the process that was started is not ready yet") from None
        except OSError as error:
            raise DriverFailedError(f"no process could be started: {error}") from error

    async def CheckEnvironment(
        self, request: pb.CheckEnvironmentRequest, context: Context
    ) -> pb.CheckEnvironmentResponse:
        self._admit(peer_of(context))
        async with _refusing(context):
            asked = environment.with_stand_ins(await asyncio.to_thread(environment.parse, request.runtime_env_json))
            async with self._starts.place(peer_of(context)):
                found = await self._in_time("handshake_s", self._check_environment(asked))
            return pb.CheckEnvironmentResponse(**found)
        raise AssertionError("refusing raises")

    async def GetPackageStatus(self, request: pb.PackageStatusRequest, context: Context) -> pb.PackageStatus:
        self._admit(peer_of(context))
        async with _refusing(context):
            self._use(request.sha256, context)
            return await asyncio.to_thread(self._packages.status, request.sha256)
        raise AssertionError("refusing raises")

    def _use(self, sha256: str, context: Context) -> None:
        """Keep a package for as long as the session lives that asks for it, if one does (P2)."""
        metadata = context.invocation_metadata()
        if any(key == keys.SESSION_ID for key, _ in metadata or ()):
            session_of(metadata, self._sessions).packages.add(check_hash(sha256))

    async def UploadPackage(self, chunks: AsyncIterator[pb.PackageChunk], context: Context) -> pb.PackageStatus:
        self._admit(peer_of(context))
        async with _refusing(context):
            first = await self._next_chunk(chunks)
            if first is None:
                raise BrokenRuleError("an upload without a chunk; even an empty package has one")
            status = await asyncio.to_thread(self._packages.status, first.sha256)
            return status if status.is_complete else await self._receive(first, chunks, context)
        raise AssertionError("refusing raises")

    async def _receive(
        self, first: pb.PackageChunk, chunks: AsyncIterator[pb.PackageChunk], context: Context
    ) -> pb.PackageStatus:
        until_s = time.monotonic() + self._limits.handshake_s + first.total_bytes / SLOWEST_BYTES_S
        upload = await asyncio.to_thread(self._packages.begin, first, self._packages_in_use(), _address_of(context))
        try:
            chunk: pb.PackageChunk | None = first
            if first.offset_bytes > upload.received_bytes:  # somebody else goes on with what was here
                return pb.PackageStatus(sha256=first.sha256, received_bytes=upload.received_bytes)
            while chunk is not None:
                if (chunk.sha256, chunk.total_bytes) != (first.sha256, first.total_bytes):
                    raise BrokenRuleError("the chunks of one upload name different packages")
                await asyncio.to_thread(upload.append, chunk)
                chunk = await self._next_chunk(chunks, until_s - time.monotonic())
            async with self._unpacking.place(peer_of(context)):
                return await asyncio.to_thread(self._packages.complete, upload, self._packages_in_use())
        finally:
            await asyncio.shield(asyncio.to_thread(self._packages.finish, upload))

    def _packages_in_use(self) -> list[str]:
        return [sha256 for session in self._sessions for sha256 in session.packages]

    async def _next_chunk(
        self, chunks: AsyncIterator[pb.PackageChunk], left_s: float = math.inf
    ) -> pb.PackageChunk | None:
        """Give the next chunk, or nothing at the end.

        Raises:
            LimitExceededError: none came in the time that a handshake has, or all of them take too long.
        """
        try:
            return await asyncio.wait_for(anext(chunks, None), min(self._limits.handshake_s, max(left_s, 0)))
        except asyncio.TimeoutError:
            what = "no chunk came" if left_s > self._limits.handshake_s else "the upload is too slow"
            raise LimitExceededError("handshake_s", self._limits.handshake_s, what) from None


async def _unless_ended(session: Session, work: Awaitable[None]) -> None:
    """Wait for `work`, or until the session ends.

    Raises:
        ServerError: it has ended; the work is cancelled, or what it gave is its caller's to give back.
    """
    working = asyncio.ensure_future(work)
    try:
        either: set[asyncio.Future[Any]] = {working, session.ready}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if session.failure is not None:
            raise session.failure
        await working
    finally:
        working.cancel()


def _address_of(context: Context) -> str:
    return peer_of(context).rpartition(":")[0]


def _client_of(context: Context, client: pb.ClientInfo) -> str:
    """Name a client for its share of places: by its address, and by what it says where several have one."""
    return f"{_address_of(context)} {client.user[:64]}@{client.hostname[:64]}:{client.pid}"


@contextlib.asynccontextmanager
async def _refusing(context: Context) -> AsyncIterator[None]:
    """Turn what the block raises into a failure of the call."""
    try:
        yield
    except ServerError as error:
        log.info("call.refused", peer=peer_of(context), because=error.message.partition("\n")[0])
        await refuse(context, error)
    except (asyncio.CancelledError, grpc.aio.AbortError):
        raise
    except Exception:  # a fault of ours: the client gets no details, the log all of them
        log.error("call.failed", exc_info=True, peer=peer_of(context))
        await refuse(context, ServerError("a fault of the gateway; its log on the cluster says more"))
