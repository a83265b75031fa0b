"""The data stream on a socket of its own, which the gateway gives away to the session's driver (rules S1 to S5)."""

from __future__ import annotations

import base64
import os
import socket
import ssl
import sys
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from ray_client.config.address import Address
from ray_client.config.settings import TlsSettings
from ray_client.transport.route import Route
from ray_client.transport.status import Context, error_from_failure
from ray_client.transport.stream import GrpcStream, Stream, StreamCutError
from ray_client_proto.sockets import ClosedError, MessageSocket
from ray_client_proto.tls import TlsSocket, client_context, connect
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import tunnel, websocket
from ray_client_proto.wire.errors import ProtocolError

CONNECT_TIMEOUT_S: Final = 5.0  #: for a connection, and again for the gateway's answer
_HEAD_BYTES: Final = 16 * 1024
#: With these from the driver there is no use in another try, on whichever way.
_FINAL: Final = (Failure.SESSION_TAKEN_OVER, Failure.PROTOCOL_VIOLATION)
_Headers = list[tuple[str, str]]


@lru_cache(maxsize=8)  # to read the system's authorities takes longer than all the rest of a connection
def _context(tls: TlsSettings) -> ssl.SSLContext:
    return client_context(tls.ca_path, tls.certificate_path, tls.key_path)


class Door:
    """Opens connections to a session's driver, which the gateway gives away. Safe from any thread."""

    def __init__(
        self,
        address: Address,
        headers: _Headers,
        limit_bytes: int,
        tls: TlsSettings | None = None,
        secret: bytes | None = None,
    ) -> None:
        """`limit_bytes` bounds a message. With `tls`: who ends it is the driver, which wants the secret, or a proxy."""
        self._address, self._headers, self._limit_bytes = address, headers, limit_bytes
        self._tls, self._secret = tls, secret

    def open(self) -> MessageSocket:
        """Connect, and ask the gateway for the driver.

        Raises:
            OSError: it cannot be reached.
            ValueError: it refused.
        """
        connection = socket.create_connection((self._address.host, self._address.port), CONNECT_TIMEOUT_S)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is None:
                first = self._ask(connection)
                return MessageSocket(connection, is_client=True, limit_bytes=self._limit_bytes, first=first)
            if self._secret is None:
                encrypted = self._encrypt(connection, self._tls, b"")
                encrypted.settimeout(CONNECT_TIMEOUT_S)
                extra = self._tls.headers() if self._tls.headers is not None else {}
                first = self._ask(encrypted, extra)
            else:
                # The driver says nothing before TLS: were there anything, somebody else would have put it in.
                first = b""
                if self._ask(connection):
                    raise ValueError("something in clear before TLS")
                encrypted = self._encrypt(connection, self._tls, self._secret)
            return MessageSocket(encrypted, is_client=True, limit_bytes=self._limit_bytes, first=first)
        except BaseException:
            connection.close()
            raise

    def _encrypt(self, connection: socket.socket, tls: TlsSettings, secret: bytes) -> TlsSocket:
        return connect(connection, _context(tls), tls.server_name or self._address.host, secret, CONNECT_TIMEOUT_S)

    def _ask(self, connection: socket.socket | TlsSocket, extra: Mapping[str, str] = MappingProxyType({})) -> bytes:
        """Send the request, with headers for a proxy; give what came after the answer.

        Raises:
            OSError: the connection is gone.
            ValueError: the gateway refused.
        """
        key = base64.b64encode(os.urandom(16)).decode()
        headers = [*self._headers, *extra.items()]
        connection.sendall(websocket.request(self._address.target, key, headers, self._address.prefix))
        received = b""
        while not (size_bytes := tunnel.head_size(received)):
            piece = connection.recv(_HEAD_BYTES)
            received += piece
            if not piece or len(received) > _HEAD_BYTES:
                raise ValueError("no answer to the request for one")
        if not websocket.is_accepted(received[:size_bytes], key):
            raise ValueError(received.split(b"\r\n", 1)[0].decode("ascii", "replace")[:80])
        return received[size_bytes:]


class SocketStream:
    """A data stream over a connection of its own. Most of what ends it is a cut: the gateway tells more."""

    def __init__(self, door: Door, outgoing: Iterator[bytes], session_id: str) -> None:
        """Connect nothing yet."""
        self._door, self._outgoing, self._id = door, outgoing, session_id
        self._lock = threading.Lock()  # of the two below, since `close` comes from any thread
        self._messages: MessageSocket | None = None
        self._is_closed = False
        self.has_worked = False

    def __iter__(self) -> Iterator[bytes]:
        try:
            messages = self._door.open()
        except (OSError, ValueError) as exc:
            raise StreamCutError(f"no socket to the driver: {exc}") from exc
        with self._lock:
            self._messages = messages
            if self._is_closed:
                messages.close()
        threading.Thread(target=self._write, args=(messages,), name="ray-client-socket", daemon=True).start()
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

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            if self._messages is not None:
                self._messages.close()

    def _write(self, messages: MessageSocket) -> None:
        try:
            for message in self._outgoing:
                messages.send(message)
        except OSError:
            messages.close()  # which the reader sees


class DataWays:
    """Opens data streams: on a socket, and by the session's calls where no socket came through."""

    def __init__(self, route: Route, session_id: str, door: Door) -> None:
        self._route, self._session_id, self._door = route, session_id, door
        self._last: SocketStream | None = None

    def open(self, outgoing: Iterator[bytes]) -> Stream:
        """Open a stream: on a socket, unless the last one was on a socket and got nothing through."""
        last, self._last = self._last, None
        if last is not None and not last.has_worked:
            return GrpcStream(self._route, outgoing, self._session_id)
        if last is not None:
            self._route.broke(self._route.calls, True)  # after a cut the best way is tried again
        self._last = SocketStream(self._door, outgoing, self._session_id)
        return self._last


def has_green_sockets() -> bool:
    """Whether this process's sockets wait as gevent does: then a thread that waits for one holds up all others."""
    gevent = sys.modules.get("gevent.monkey")
    return gevent is not None and bool(gevent.is_module_patched("socket") or gevent.is_module_patched("threading"))
