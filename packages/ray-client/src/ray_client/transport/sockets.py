"""Connections to a session's driver: its own socket's, or given away by the gateway (rules H5, S1 to S10)."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Final, TypeVar

from google.protobuf.message import DecodeError

from ray_client.config.address import Address
from ray_client.config.settings import TlsSettings
from ray_client.transport.calls import SessionCalls
from ray_client.transport.status import Context, error_from_failure
from ray_client.transport.stream import GrpcLogStream, GrpcStream, LogStream, Stream, StreamCutError
from ray_client_proto.asking import AgainError, ask
from ray_client_proto.proxies import dial
from ray_client_proto.sockets import ClosedError, MessageSocket, WebSocket
from ray_client_proto.tls import TlsSocket, client_context, connect
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.log_pb2 import LogBatch, LogRequest
from ray_client_proto.wire import requests, websocket
from ray_client_proto.wire.errors import ProtocolError

CONNECT_TIMEOUT_S: Final = 5.0  #: for a connection, and again for the gateway's answer
#: With these from the driver there is no use in another try, on whichever way.
_FINAL: Final = (Failure.SESSION_TAKEN_OVER, Failure.PROTOCOL_VIOLATION)
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_Socket = TypeVar("_Socket", bound=WebSocket)


class SocketStream:
    """A data stream over a connection of its own. Most of what ends it is a cut: the gateway tells more."""

    def __init__(self, door: Door, freed: Callable[[], None], session_id: str) -> None:
        """Connect, and ask the gateway for the driver.

        Raises:
            StreamCutError: it cannot be reached, or refused.
        """
        self._id = session_id
        self.has_worked = False
        try:
            self._messages = door.open(websocket.DATA, partial(MessageSocket, freed=freed))
        except (OSError, ValueError) as exc:
            raise StreamCutError(f"no socket to the driver: {exc}") from exc

    @property
    def is_free(self) -> bool:
        return self._messages.is_free

    def post(self, message: bytes) -> None:
        self._messages.post(message)

    def cut(self) -> None:
        self._messages.close()

    def close(self) -> None:
        self._messages.close()

    def __iter__(self) -> Iterator[bytes]:
        messages = self._messages
        try:
            while (message := messages.receive()) is not None:
                self.has_worked = True
                yield message
        except ClosedError as exc:
            self.has_worked = False  # what the driver refuses, the gateway can say more of
            failure = Failure(code=exc.code - websocket.FAILURES, message=exc.reason)  # type: ignore[arg-type]
            if failure.code in _FINAL:
                raise error_from_failure(failure, Context("reading the data stream", session_id=self._id)) from exc
            raise StreamCutError(str(exc)) from exc
        except (OSError, ProtocolError) as exc:
            raise StreamCutError(str(exc)) from exc
        finally:
            messages.close()
            messages.release()


@lru_cache(maxsize=8)  # to read the system's authorities takes longer than all the rest of a connection
def _context(tls: TlsSettings) -> ssl.SSLContext:
    return client_context(tls.ca_path, tls.certificate_path, tls.key_path)


class Door:
    """Opens connections to a session's driver: its own socket's, or else those that the gateway gives away.

    Safe from any thread.
    """

    def __init__(
        self,
        address: Address,
        asker: requests.Asker,
        limit_bytes: int,
        tls: TlsSettings | None = None,
        secret: bytes | None = None,
        local_path: str = "",
    ) -> None:
        """`limit_bytes` bounds a message; `local_path` is of the driver's own socket, which may be another machine's.

        With `tls`: who ends it is the driver, which wants the secret, or a proxy.
        """
        self._local_path = local_path
        self._address, self._asker, self._limit_bytes = address, asker, limit_bytes
        self._tls, self._secret = tls, secret

    def open(self, kind: bytes, make: Callable[..., _Socket]) -> _Socket:
        """Connect, and ask for the driver.

        Raises:
            OSError: nobody can be reached.
            ValueError: the gateway refused.
        """
        if self._local_path:
            with suppress(OSError, ValueError):  # the driver is gone, and the gateway knows why; or it is elsewhere
                return self._made(self._dial_locally(), kind, make, None)
        with suppress(AgainError):
            return self._by_gateway(kind, make)
        return self._by_gateway(kind, make)

    def _by_gateway(self, kind: bytes, make: Callable[..., _Socket]) -> _Socket:
        plain = dial(self._address.host, self._address.port, CONNECT_TIMEOUT_S, self._address.proxy)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._made(plain, kind, make, self._tls)

    def _dial_locally(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(CONNECT_TIMEOUT_S)
            connection.connect(self._local_path)
        except BaseException:
            connection.close()
            raise
        return connection

    def _made(
        self, plain: socket.socket, kind: bytes, make: Callable[..., _Socket], tls: TlsSettings | None
    ) -> _Socket:
        connection: socket.socket | TlsSocket = plain
        try:
            if tls is None:
                first = self._ask(plain, kind)
            elif self._secret is None:
                connection = self._encrypt(plain, tls, b"")
                connection.settimeout(CONNECT_TIMEOUT_S)
                first = self._ask(connection, kind, _wanted_headers(tls))
            else:
                # The driver says nothing before TLS: were there anything, somebody else would have put it in.
                first = self._ask(plain, kind)
                if first:
                    raise ValueError("something in clear before TLS")
                connection = self._encrypt(plain, tls, self._secret)
            return make(connection, is_client=True, limit_bytes=self._limit_bytes, first=first)
        except BaseException:
            plain.close()
            raise

    def _encrypt(self, connection: socket.socket, tls: TlsSettings, secret: bytes) -> TlsSocket:
        return connect(connection, _context(tls), tls.server_name or self._address.host, secret, CONNECT_TIMEOUT_S)

    def _ask(self, connection: socket.socket | TlsSocket, kind: bytes, extra: Mapping[str, str] = _NONE) -> bytes:
        return ask(connection, self._address.target, self._asker, kind, self._address.prefix, extra.items())


def _wanted_headers(tls: TlsSettings) -> Mapping[str, str]:
    """Give what a proxy wants to see.

    Raises:
        ValueError: the user's function raised.
    """
    try:
        return _NONE if tls.headers is None else tls.headers()
    except Exception as exc:
        raise ValueError(f"no headers for the proxy: {exc!r}") from exc


class SocketLogStream:
    """Logs over a connection of their own. Whatever ends it is a cut: the gateway tells more."""

    def __init__(self, door: Door) -> None:
        """Connect nothing yet."""
        self._door = door
        self._lock = threading.Lock()  # of all below
        self._messages: MessageSocket | None = None
        self._wanted = LogRequest()
        self._is_closed = False
        self.has_worked = False

    def want(self, request: LogRequest) -> None:
        with self._lock:
            self._wanted = request
            if self._messages is not None:
                self._messages.post(request.SerializeToString())

    def __iter__(self) -> Iterator[LogBatch]:
        try:
            messages = self._door.open(websocket.LOGS, MessageSocket)
        except (OSError, ValueError) as exc:
            raise StreamCutError(f"no socket to the driver: {exc}") from exc
        self.has_worked = True
        try:
            with self._lock:
                if self._is_closed:
                    return
                self._messages = messages
                messages.post(self._wanted.SerializeToString())
            while (message := messages.receive()) is not None:
                yield LogBatch.FromString(message)
        except (OSError, ProtocolError, DecodeError) as exc:
            raise StreamCutError(str(exc)) from exc
        finally:
            messages.close()
            with self._lock:
                self._messages = None
            messages.release()

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            if self._messages is not None:
                self._messages.close()


class LogWays:
    """Opens streams of logs: on a socket, and by the session's calls where no socket came through."""

    def __init__(self, calls: SessionCalls, session_id: str, door: Door) -> None:
        self._calls, self._session_id, self._door = calls, session_id, door
        self._last: SocketLogStream | None = None

    def open(self) -> LogStream:
        """Open a stream: on a socket, unless the last one was on a socket that was refused."""
        if self._last is not None and not self._last.has_worked:
            self._last = None
            return GrpcLogStream(self._calls, self._session_id)
        self._last = SocketLogStream(self._door)
        return self._last


class DataWays:
    """Opens data streams: on a socket, and by the session's calls where no socket came through."""

    def __init__(self, calls: SessionCalls, session_id: str, door: Door) -> None:
        self._calls, self._session_id, self._door = calls, session_id, door
        self._last: SocketStream | None = None
        self._has_failed = False

    def open(self, freed: Callable[[], None]) -> Stream:
        """Open a stream: on a socket, unless the last one was on a socket and got nothing through.

        Raises:
            StreamCutError: it cannot be opened now.
        """
        last, self._last = self._last, None
        if self._has_failed or (last is not None and not last.has_worked):
            self._has_failed = False
            return GrpcStream(self._calls, freed, self._session_id)
        self._has_failed = True  # until it is open
        self._last = SocketStream(self._door, freed, self._session_id)
        self._has_failed = False
        return self._last


def has_green_sockets() -> bool:
    """Whether this process's sockets wait as gevent does: then a thread that waits for one holds up all others."""
    gevent = sys.modules.get("gevent.monkey")
    return gevent is not None and bool(gevent.is_module_patched("socket") or gevent.is_module_patched("threading"))
