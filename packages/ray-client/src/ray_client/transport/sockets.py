"""The data stream on a socket of its own, which the gateway gives away to the session's driver (rules S1 to S5)."""

from __future__ import annotations

import base64
import os
import socket
import sys
from collections.abc import Callable, Iterator
from typing import Final

from ray_client.config.address import Address
from ray_client.transport.route import Route
from ray_client.transport.status import Context, error_from_failure
from ray_client.transport.stream import GrpcStream, Stream, StreamCutError
from ray_client_proto.sockets import ClosedError, MessageSocket
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import tunnel, websocket
from ray_client_proto.wire.errors import ProtocolError

CONNECT_TIMEOUT_S: Final = 5.0  #: for a connection, and again for the gateway's answer
_HEAD_BYTES: Final = 16 * 1024
#: With these from the driver there is no use in another try, on whichever way.
_FINAL: Final = (Failure.SESSION_TAKEN_OVER, Failure.PROTOCOL_VIOLATION)
_Headers = list[tuple[str, str]]


class SocketStream:
    """A data stream over a connection of its own. Most of what ends it is a cut: the gateway tells more."""

    def __init__(
        self, address: Address, headers: _Headers, freed: Callable[[], None], limit_bytes: int, session_id: str
    ) -> None:
        """Connect, and ask the gateway for the driver.

        Raises:
            StreamCutError: it cannot be reached, or refused.
        """
        self._id = session_id
        self.has_worked = False
        try:
            connection, first = _open(address, headers)
        except (OSError, ValueError) as exc:
            raise StreamCutError(f"no socket to the driver: {exc}") from exc
        self._messages = MessageSocket(connection, is_client=True, limit_bytes=limit_bytes, first=first, freed=freed)

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


def _open(address: Address, headers: _Headers) -> tuple[socket.socket, bytes]:
    """Give a connection to the session's driver, and what came on it already.

    Raises:
        OSError: the gateway cannot be reached.
        ValueError: it refused.
    """
    key = base64.b64encode(os.urandom(16)).decode()
    connection = socket.create_connection((address.host, address.port), CONNECT_TIMEOUT_S)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(websocket.request(address.target, key, headers))
        received = b""
        while not (size_bytes := tunnel.head_size(received)):
            piece = connection.recv(_HEAD_BYTES)
            received += piece
            if not piece or len(received) > _HEAD_BYTES:
                raise ValueError("no answer to the request for one")
        if not websocket.is_accepted(received[:size_bytes], key):
            raise ValueError(received.split(b"\r\n", 1)[0].decode("ascii", "replace")[:80])
        return connection, received[size_bytes:]
    except BaseException:
        connection.close()
        raise


class DataWays:
    """Opens data streams: on a socket, and by the session's calls where no socket came through."""

    def __init__(self, route: Route, session_id: str, address: Address, headers: _Headers, limit_bytes: int) -> None:
        self._route, self._session_id = route, session_id
        self._address, self._headers, self._limit_bytes = address, headers, limit_bytes
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
            return GrpcStream(self._route, freed, self._session_id)
        if last is not None:
            self._route.broke(self._route.calls, True)  # after a cut the best way is tried again
        self._has_failed = True  # until it is open
        self._last = SocketStream(self._address, self._headers, freed, self._limit_bytes, self._session_id)
        self._has_failed = False
        return self._last


def has_green_sockets() -> bool:
    """Whether this process's sockets wait as gevent does: then a thread that waits for one holds up all others."""
    gevent = sys.modules.get("gevent.monkey")
    return gevent is not None and bool(gevent.is_module_patched("socket") or gevent.is_module_patched("threading"))
