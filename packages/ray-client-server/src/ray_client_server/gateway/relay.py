"""Passes the calls of the `Session` service through to drivers, as the bytes that they are.

This is the hot path of everything that a client does. So both directions are two small loops over gRPC's own reads and
writes, nothing is decoded, and each driver has one channel, which all calls of its session share.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import grpc

from ray_client_proto.wire import metadata as keys
from ray_client_server.errors import InvalidRequestError, LimitExceededError, ServerError, UnknownSessionError
from ray_client_server.gateway.sessions import Session, SessionTable
from ray_client_server.observability.logs import EventLog
from ray_client_server.observability.peers import peer_of
from ray_client_server.refusal import refuse

log = EventLog("relay")

PREFIX = "/ray_client.v1.Session/"
_DATA = f"{PREFIX}Data"

#: How long a call that lost its driver waits to learn why.
LEARN_S = 2.0

_CHANNEL_OPTIONS = [
    ("grpc.max_receive_message_length", -1),  # each end keeps the limits; between them there is nothing to refuse
    ("grpc.max_send_message_length", -1),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_retries", 0),
    ("grpc.enable_http_proxy", 0),
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 500),
    # Of a unix socket gRPC would make the authority from the path; it is of no interest to anyone.
    ("grpc.default_authority", "driver"),
]

Metadata = tuple[tuple[str, str | bytes], ...]


def _own(metadata: Any) -> Metadata:
    """Give the entries that are not gRPC's own, nor the gateway's token."""
    return tuple(
        (key, value)
        for key, value in metadata or ()
        if key != keys.AUTHORIZATION and not key.startswith("grpc-") and key not in ("user-agent", "te")
    )


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
    """The handler of every method of the `Session` service, known or not: the driver answers for them."""

    def __init__(self, sessions: SessionTable, message_bytes: int) -> None:
        self._sessions = sessions
        self._message_bytes = message_bytes
        self._channels: dict[Session, grpc.aio.Channel] = {}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Give the handler, or nothing if the method is not of this service."""
        method = handler_call_details.method
        if not method.startswith(PREFIX):
            return None

        async def pass_through(_: object, context: grpc.aio.ServicerContext[bytes, bytes]) -> None:
            await self._relay(method, context)

        return grpc.stream_stream_rpc_method_handler(pass_through)

    async def close(self) -> None:
        """Close every channel to a driver."""
        channels, self._channels = list(self._channels.values()), {}
        for channel in channels:
            await channel.close()

    async def forget(self, session: Session) -> None:
        """Close the channel to the driver of a session that is over."""
        channel = self._channels.pop(session, None)
        if channel is not None:
            await channel.close(LEARN_S)  # its last calls may still be on their way to the client

    def _channel(self, session: Session) -> grpc.aio.Channel:
        channel = self._channels.get(session)
        if channel is None:
            channel = grpc.aio.insecure_channel(f"unix:{session.socket_path}", options=_CHANNEL_OPTIONS)
            self._channels[session] = channel
        return channel

    async def _relay(self, method: str, context: grpc.aio.ServicerContext[bytes, bytes]) -> None:
        metadata = context.invocation_metadata()
        try:
            session = session_of(metadata, self._sessions)
            if not session.ready.done():
                raise InvalidRequestError("M2: the session is not open yet; wait for READY")
        except ServerError as error:
            await refuse(context, error)
        if method == _DATA:
            session.connect(peer_of(context))
        call: Any = self._channel(session).stream_stream(method)(metadata=_own(metadata))
        upwards = asyncio.ensure_future(_copy_up(context, call, self._message_bytes))
        downwards = asyncio.ensure_future(_copy_down(call, context))
        try:
            await asyncio.wait({upwards, downwards}, return_when=asyncio.FIRST_COMPLETED)
            if upwards.done() and (too_large := upwards.result()) is not None:
                await refuse(context, too_large)
            if await downwards:
                await self._finish(session, call, context)
        finally:
            upwards.cancel()
            downwards.cancel()
            call.cancel()  # after its end this changes nothing; before, the client is gone and the driver learns it

    async def _finish(self, session: Session, call: Any, context: grpc.aio.ServicerContext[bytes, bytes]) -> None:
        """Give the client the driver's status; where the driver is gone, say why instead."""
        code = await call.code()
        if code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED):
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(session.ended.wait(), LEARN_S)
            if session.failure is not None:
                await refuse(context, session.failure)
            log.warning("relay.driver_unavailable", session=session.session_id, details=await call.details())
        trailing = _own(await call.trailing_metadata())
        if code == grpc.StatusCode.OK:
            context.set_trailing_metadata(trailing)
            return
        await context.abort(code, await call.details() or "", trailing)


async def _copy_up(
    context: grpc.aio.ServicerContext[bytes, bytes], call: Any, message_bytes: int
) -> LimitExceededError | None:
    """Hand the client's messages to the driver until the client half-closes or either side is gone.

    A message that is too large is not handed on; it gives the error to end the call with.
    """
    read: Callable[[], Any] = context.read
    end = grpc.aio.EOF
    try:
        await call.wait_for_connection()
        # Not `call.write`: when the driver has just ended the call, that puts a status of its own, INTERNAL, in the
        # place of the driver's, and drops the driver's last messages with it (seen with grpcio 1.85).
        send: Callable[[bytes], Any] = call._cython_call.send_serialized_message
        while (message := await read()) is not end:
            if len(message) > message_bytes:
                return LimitExceededError("message_bytes", message_bytes, f"a message has {len(message)} bytes")
            await send(message)
        await call.done_writing()
    except Exception:  # noqa: BLE001 - of several kinds, some of them private; all mean that the driver ended the call
        pass  # its status goes down the other way
    return None


async def _copy_down(call: Any, context: grpc.aio.ServicerContext[bytes, bytes]) -> bool:
    """Hand the driver's messages to the client until the driver ends the call; tell whether the client is there."""
    read: Callable[[], Any] = call.read
    write: Callable[[Any], Any] = context.write
    end = grpc.aio.EOF
    try:
        while (message := await read()) is not end:
            await write(message)
    except grpc.aio.AioRpcError:
        return True  # of the driver's side; its status says it all
    except Exception:  # noqa: BLE001 - private to gRPC: a write to a client that has gone
        return False
    return True
