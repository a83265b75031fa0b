"""The `Session` service of gRPC, for those who take no sockets: each call goes on over a socket to its driver.

So it is for clients of releases before 0.3.0, for those behind proxies that let only gRPC pass, and for tools and other
languages. Messages of the data channel, and those of unary forms, go through as the bytes that they are. What a driver
answers with a failure, or how it ends a stream, becomes the status of the call (docs/protocol.md, rule M4).
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, TypeAlias

import grpc
from google.protobuf.message import DecodeError

from ray_client_proto.sockets import ClosedError
from ray_client_proto.v1.bulk_pb2 import DownloadRequest, UploadStatus, UploadStatusRequest
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.log_pb2 import LogRequest
from ray_client_proto.wire import calls, chunk, lane, websocket
from ray_client_proto.wire import metadata as keys
from ray_client_proto.wire.errors import ProtocolError
from ray_client_proto.wire.limits import KIB
from ray_client_proto.wire.status import STATUS_BY_CODE
from ray_client_server.config import Limits
from ray_client_server.errors import (
    BrokenRuleError,
    DriverRefusedError,
    InvalidRequestError,
    LimitExceededError,
    ServerError,
    UnknownSessionError,
)
from ray_client_server.gateway.driver_socket import SIGN_S, DriverSocket
from ray_client_server.gateway.sessions import Session, SessionTable
from ray_client_server.observability.logs import EventLog
from ray_client_server.observability.peers import peer_of
from ray_client_server.refusal import refuse

log = EventLog("relay")

PREFIX: Final = "/ray_client.v1.Session/"

#: How long a call that lost its driver waits to learn why.
LEARN_S: Final = 2.0

#: How long a client may take to make room for an answer or a piece of a download; then it has to come again.
STALL_S: Final = 60.0

_HEADROOM_BYTES: Final = 64 * KIB  #: for what a driver's message has beside the bytes that its limits count

Context: TypeAlias = "grpc.aio.ServicerContext[bytes, bytes]"


def session_of(metadata: Any, sessions: SessionTable) -> Session:
    """Give the session that a call is about.

    Raises:
        UnknownSessionError: there is none with this id and secret.
        SessionEndedError: it has ended.
    """
    values = {key: value for key, value in metadata or () if key in (keys.SESSION_ID, keys.SESSION_SECRET)}
    session_id, secret = values.get(keys.SESSION_ID), values.get(keys.SESSION_SECRET)
    if not isinstance(session_id, str) or not isinstance(secret, bytes):
        raise UnknownSessionError()
    return sessions.find(session_id, secret)


class Relay(grpc.GenericRpcHandler):
    """The handler of every method of the `Session` service."""

    def __init__(self, sessions: SessionTable, limits: Limits, admit: Callable[[str], None] = lambda _: None) -> None:
        """`admit` is told of each connection that has shown the secret of a session."""
        self._sessions, self._limits, self._admit = sessions, limits, admit
        self._open: set[DriverSocket] = set()
        self._signs: asyncio.TimerHandle | None = None  # while there is anything open
        self._adapters: dict[str, tuple[bytes, Adapter]] = {
            # Whether the client's system has ended the stream, the gateway learns from its own connection.
            "Data": (websocket.DATA, functools.partial(_both_ways, ending=websocket.GOING_AWAY)),
            "Logs": (websocket.LOGS, functools.partial(_both_ways, check=LogRequest.FromString)),
            "Upload": (websocket.LANE, functools.partial(_upload, piece_bytes=lane.chunk_bytes(limits.message_bytes))),
            "GetUploadStatus": (websocket.LANE, _upload_status),
            "Download": (websocket.LANE, functools.partial(_download, chunk_bytes=limits.chunk_bytes)),
            **{name: (websocket.CALL, functools.partial(_call, form=form)) for name, form in calls.FORMS.items()},
        }

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Give the handler, or nothing if there is no such method in this service."""
        service, _, method = handler_call_details.method.rpartition("/")
        if f"{service}/" != PREFIX or method not in self._adapters:
            return None
        kind, adapt = self._adapters[method]

        async def serve(_: object, context: Context) -> None:
            await self._serve(kind, adapt, context)

        # One kind of handler for all: how many messages there are makes no difference on the wire.
        return grpc.stream_stream_rpc_method_handler(serve)

    async def _serve(self, kind: bytes, adapt: Adapter, context: Context) -> None:
        session: Session | None = None
        try:
            session = session_of(context.invocation_metadata(), self._sessions)
            self._admit(peer_of(context))
            if not session.ready.done():
                raise InvalidRequestError("M2: the session is not open yet; wait for READY")
            session.is_used = True
            if session.calls >= self._limits.session_calls:
                raise LimitExceededError("session_calls", self._limits.session_calls, "calls of this session")
            if kind == websocket.DATA:
                session.connect(peer_of(context))
            session.calls += 1
            try:
                async with self._connected(session, kind) as driver:
                    await adapt(_Call(context, self._limits.message_bytes, session.answers), driver)
            finally:
                session.calls -= 1
        except _ClientGoneError:
            return
        except ServerError as error:
            await self._fail(session, error, context)
        except ProtocolError as error:
            await refuse(context, LimitExceededError("message_bytes", self._limits.message_bytes, str(error)))
        except OSError as error:
            await self._fail(session, error, context)

    @contextlib.asynccontextmanager
    async def _connected(self, session: Session, kind: bytes) -> AsyncIterator[DriverSocket]:
        driver = DriverSocket(self._limits.message_bytes + _HEADROOM_BYTES)
        try:
            await driver.open(session, kind)
            self._open.add(driver)
            if self._signs is None:
                self._signs = asyncio.get_running_loop().call_later(SIGN_S, self._give_signs)
            yield driver
        finally:
            self._open.discard(driver)
            driver.close()

    def _give_signs(self) -> None:
        for driver in self._open:
            driver.give_sign()
        self._signs = asyncio.get_running_loop().call_later(SIGN_S, self._give_signs) if self._open else None

    async def _fail(self, session: Session | None, error: OSError | ServerError, context: Context) -> None:
        """End a call as its driver did; where the driver is gone, or ends, say why instead."""
        if isinstance(error, ClosedError) and error.code > websocket.FAILURES:
            error = DriverRefusedError(_failure(error.code - websocket.FAILURES, error.reason))
        is_over = not isinstance(error, ServerError) or error.failure().code == Failure.SESSION_ENDED
        if session is not None and is_over:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(session.ended.wait(), LEARN_S)
            error = session.failure or error
        if isinstance(error, ServerError):
            await refuse(context, error)
        log.warning("relay.driver_unavailable", session=session and session.session_id, because=error)
        await context.abort(grpc.StatusCode.UNAVAILABLE, f"no connection to the session's driver: {error}")


class _ClientGoneError(Exception):
    """The client has ended its call; nobody is there to be told."""


class _Call:
    """The client's side of a call."""

    def __init__(self, context: Context, message_bytes: int, answers: asyncio.Semaphore) -> None:
        self._context, self._message_bytes, self.answers = context, message_bytes, answers

    async def read(self) -> bytes | None:
        """Give the next message, or None at the end.

        Raises:
            LimitExceededError: it is too large.
        """
        try:
            message: Any = await self._context.read()
        except Exception as error:  # private to gRPC
            raise _ClientGoneError from error
        if message is grpc.aio.EOF:
            return None
        if len(message) > self._message_bytes:
            raise LimitExceededError("message_bytes", self._message_bytes, f"a message has {len(message)} bytes")
        return bytes(message)

    async def read_only(self) -> bytes:
        """Give the one message of a call.

        Raises:
            BrokenRuleError: there is none.
            LimitExceededError: it is too large.
        """
        message = await self.read()
        if message is None:
            raise BrokenRuleError("a call without a message")
        return message

    async def write(self, message: bytes) -> None:
        """Send a message, and wait until the client has room for it."""
        try:
            await self._context.write(message)
        except Exception as error:  # private to gRPC
            raise _ClientGoneError from error

    async def write_in_time(self, message: bytes) -> None:
        """Send a message of which there may be many, or a large one, and wait until the client has room for it.

        Raises:
            InvalidRequestError: it has none for too long.
        """
        try:
            await asyncio.wait_for(self.write(message), STALL_S)
        except asyncio.TimeoutError:
            raise InvalidRequestError(f"the client has read nothing for {STALL_S:g} s") from None


#: Carries a call on to a driver. Raises what `DriverSocket` does, `ServerError`, or `_ClientGoneError`.
Adapter = Callable[[_Call, DriverSocket], Awaitable[None]]


async def _both_ways(
    call: _Call,
    driver: DriverSocket,
    check: Callable[[bytes], object] = lambda _: None,
    ending: int = websocket.NORMAL,
) -> None:
    """Hand messages on in both directions until the driver ends.

    `check` raises for messages that make no sense; `ending` is what the driver is told when the client has ended.
    """
    upwards = asyncio.ensure_future(_copy_up(call, driver, check, ending))
    downwards = asyncio.ensure_future(_copy_down(driver, call))
    try:
        await asyncio.wait({upwards, downwards}, return_when=asyncio.FIRST_COMPLETED)
        if upwards.done():
            upwards.result()
        await downwards
    finally:
        await _cancel(upwards, downwards)


async def _copy_up(call: _Call, driver: DriverSocket, check: Callable[[bytes], object], ending: int) -> None:
    # An error of the connection means that the driver has ended it; how, comes the other way.
    with contextlib.suppress(OSError):
        while (message := await call.read()) is not None:
            _checked(check, message)
            await driver.send(message)
        await driver.finish(ending)


async def _copy_down(driver: DriverSocket, call: _Call) -> None:
    while (message := await driver.receive()) is not None:
        await call.write(message)


async def _upload(call: _Call, driver: DriverSocket, piece_bytes: int) -> None:
    """Send chunks on; a driver that has all of a transfer, or refuses it, says so without being asked."""
    said = asyncio.ensure_future(driver.receive())
    status = lane.Head(lane.STATUS)
    is_asked = False
    try:
        while (message := await _unless(said, call.read())) is not None:
            piece = chunk.decode(message)
            is_whole = await _send_chunk(driver, piece, piece_bytes)
            status, is_asked = lane.Head(lane.STATUS, piece.transfer_id), not is_whole
            if is_whole:
                status = _head(await said, lane.STATUS)[0]
                said = asyncio.ensure_future(driver.receive())
        if is_asked:
            await driver.send(status.encode())
            status = _head(await said, lane.STATUS)[0]
        await driver.finish()
    except ProtocolError as error:
        raise BrokenRuleError(str(error)) from error
    finally:
        await _cancel(said)
    answer = UploadStatus(transfer_id=status.transfer_id, received_bytes=status.offset_bytes)
    await call.write(answer.SerializeToString())


async def _unless(said: asyncio.Future[bytes | None], reading: Awaitable[bytes | None]) -> bytes | None:
    """Give what is read from the client, unless the driver says something before, which can only be a refusal."""
    read = asyncio.ensure_future(reading)
    try:
        await asyncio.wait({said, read}, return_when=asyncio.FIRST_COMPLETED)
        if said.done():
            _head(said.result(), lane.FAILURE)
        return await read
    finally:
        await _cancel(read)


async def _send_chunk(driver: DriverSocket, piece: chunk.Chunk, piece_bytes: int) -> bool:
    """Send a chunk in pieces that a driver takes; tell whether it ends its transfer."""
    end = piece.offset_bytes + piece.data.nbytes
    if end > piece.total_bytes:
        raise ProtocolError(f"B2: byte {end} does not belong to a transfer of {piece.total_bytes} bytes")
    for at in range(0, piece.data.nbytes or 1, piece_bytes):
        head = lane.Head(lane.CHUNK, piece.transfer_id, piece.offset_bytes + at, piece.total_bytes)
        await driver.send(head.encode(), piece.data[at : at + piece_bytes])
    return end == piece.total_bytes


async def _upload_status(call: _Call, driver: DriverSocket) -> None:
    request = _checked(UploadStatusRequest.FromString, await call.read_only())
    await driver.send(lane.Head(lane.STATUS, request.transfer_id).encode())
    head, _ = _head(await driver.receive(), lane.STATUS)
    await driver.finish()
    answer = UploadStatus(transfer_id=request.transfer_id, received_bytes=head.offset_bytes)
    await call.write(answer.SerializeToString())


async def _download(call: _Call, driver: DriverSocket, chunk_bytes: int) -> None:
    request = _checked(DownloadRequest.FromString, await call.read_only())
    await driver.send(lane.Head(lane.DOWNLOAD, request.transfer_id, request.offset_bytes).encode())
    is_whole = False
    while not is_whole:
        first, due_bytes = await _until(driver, lane.HEAD_BYTES)
        if first[:1] == bytes((lane.FAILURE,)):
            first += await _rest(driver, due_bytes)
            due_bytes = 0
        head, data = _head(first, lane.CHUNK)
        at = head.offset_bytes
        while True:  # an empty transfer is one message too
            for begin in range(0, data.nbytes or 1, chunk_bytes):
                piece = data[begin : begin + chunk_bytes]
                await call.write_in_time(chunk.encode(head.transfer_id, at, head.total_bytes, [piece]))
                at += piece.nbytes
            if not due_bytes:
                break
            some, due_bytes = await _some(driver)
            data = memoryview(some)
        is_whole = at >= head.total_bytes
    await driver.finish()


async def _some(driver: DriverSocket) -> tuple[bytes, int]:
    """Give a piece of a message, and how much of that is still to come.

    Raises:
        OSError: the driver has ended the connection.
    """
    found = await driver.receive_some()
    if found is None:
        raise ConnectionResetError("the driver has ended the connection")
    return found


async def _until(driver: DriverSocket, size_bytes: int) -> tuple[bytes, int]:
    """Give so many bytes of the next message, or a few more, or the whole of it; and how much is still to come."""
    begun, due_bytes = await _some(driver)
    while len(begun) < size_bytes and due_bytes:
        more, due_bytes = await _some(driver)
        begun += more
    return begun, due_bytes


async def _rest(driver: DriverSocket, due_bytes: int) -> bytes:
    """Give what is still to come of a message."""
    pieces = []
    while due_bytes:
        piece, due_bytes = await _some(driver)
        pieces.append(piece)
    return b"".join(pieces)


async def _call(call: _Call, driver: DriverSocket, form: bytes) -> None:
    await driver.send(form, await call.read_only())
    first, due_bytes = await _until(driver, 1)
    async with call.answers:  # from here on the whole of it is held
        answer = first[1:] + await _rest(driver, due_bytes)
        if first[:1] == calls.FAILURE:
            raise DriverRefusedError(Failure.FromString(answer))
        await driver.finish()
        await call.write_in_time(answer)


def _head(message: bytes | None, kind: int) -> tuple[lane.Head, memoryview]:
    """Give the head of a lane's message of this kind, and what follows it.

    Raises:
        DriverRefusedError: it is a refusal.
        OSError: the driver has said nothing, or something else.
    """
    if message is None:
        raise ConnectionResetError("the driver has ended the connection")
    head, rest = lane.read_head(message[: lane.HEAD_BYTES]), memoryview(message)[lane.HEAD_BYTES :]
    if head.kind == lane.FAILURE:
        raise DriverRefusedError(Failure.FromString(bytes(rest)))
    if head.kind != kind:
        raise ConnectionResetError(f"B7: a message of kind {head.kind} cannot come here")
    return head, rest


def _failure(code: int, text: str) -> Failure:
    known: Any = code if code in STATUS_BY_CODE else Failure.INTERNAL
    return Failure(code=known, message=text)


def _checked(check: Callable[[bytes], Any], message: bytes) -> Any:
    try:
        return check(message)
    except DecodeError as error:
        raise BrokenRuleError(f"not a message of this method: {error}") from error


async def _cancel(*tasks: asyncio.Future[Any]) -> None:
    """End what is still under way, and wait until nothing of it uses the connection."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
