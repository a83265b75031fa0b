"""Connections on sockets: the gateway gives those of clients away to this driver (rules S1 to S8).

After that no byte of theirs passes the gateway. The gateway has checked who asks; its own messages come over a unix
socket in the session's private directory.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable
from typing import Final, TypeAlias, TypeVar

from google.protobuf.message import DecodeError

from ray_client_proto.lanes import LaneSocket
from ray_client_proto.ports import PortSocket
from ray_client_proto.sockets import QUIET_S, MessageSocket, WebSocket
from ray_client_proto.threads import Thread
from ray_client_proto.tls import TlsSocket
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.frame_pb2 import ClientFrame
from ray_client_proto.wire import websocket
from ray_client_proto.wire.errors import ProtocolError
from ray_client_server.driver.calls import CallService
from ray_client_server.driver.errors import OperationError, refused
from ray_client_server.driver.lanes import LaneService, LogService
from ray_client_server.driver.ports import PortService
from ray_client_server.driver.session import DriverSession

log = logging.getLogger(__name__)

_Connection = TypeVar("_Connection", bound=WebSocket)

#: Begins TLS on a connection of which some bytes were read, and has the client say the secret; raises OSError.
BeginTls: TypeAlias = Callable[[socket.socket, bytes], TlsSocket]

#: Connections that begin TLS at the same time. The request for one is in clear, so anybody on the way may repeat it.
_BEGINNING: Final = 32
_CONNECTIONS: Final = 256  #: at a time: a client has one for data, one for logs, a few lanes, and those of ports
#: That a client may have sent with its request; the gateway reads half as much at a time. It comes in one piece with
#: the file: only what is larger than this, the system parts.
_FIRST_BYTES: Final = 32 * 1024
#: How often clients get a sign of life: the thread that reads may be busy with an operation, and answers no ping then.
_PING_S: Final = QUIET_S / 2


class SocketDoor:
    """Takes connections that the gateway gives away, and carries data streams, lanes and logs on them."""

    def __init__(
        self,
        path: str,
        session: DriverSession,
        limit_bytes: int,
        lanes: LaneService | None = None,
        logs: LogService | None = None,
        begin_tls: BeginTls | None = None,
        on_hung_up: Callable[[], None] = lambda: None,
        ports: PortService | None = None,
    ) -> None:
        """Begin to listen at a unix socket; `limit_bytes` bounds a message. What is None is not served, or not done.

        `on_hung_up` is called when a data stream is gone because its client's system has closed it.
        """
        self._begin_tls, self._beginning = begin_tls, threading.Semaphore(_BEGINNING)
        self._on_hung_up = on_hung_up
        self._session, self._limit_bytes = session, limit_bytes
        self._lanes, self._logs, self._calls, self._ports = lanes, logs, CallService(session), ports
        self._path = path
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        self._open: set[WebSocket] = set()
        self._closed = threading.Event()
        for target in (self._accept, self._ping):
            Thread("socket-door", target).start()

    def close(self) -> None:
        """Take no more, and cut those there are."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()
        with contextlib.suppress(OSError):
            os.unlink(self._path)
        for connection in tuple(self._open):
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                gateway, _ = self._listener.accept()
            except OSError:
                return  # closed
            with gateway:
                try:
                    first, files, _, _ = socket.recv_fds(gateway, _FIRST_BYTES, 1)
                    given = [socket.socket(fileno=file) for file in files]
                except OSError as error:
                    log.warning("socket.not_given error=%s", error)
                    continue
            for connection in given:
                if len(first) == _FIRST_BYTES:
                    log.warning("socket.refused because=more than %d bytes came with it", _FIRST_BYTES)
                    connection.close()  # the rest is lost
                elif self._begin_tls is None:
                    self.begin(connection, first[:1], first[1:])
                elif self._beginning.acquire(blocking=False):
                    # It takes as long as the client likes, up to a limit: never in the thread that accepts.
                    Thread("socket-tls", self._encrypt, self._begin_tls, connection, first[:1], first[1:]).start()
                else:
                    connection.close()

    def _encrypt(self, begin_tls: BeginTls, connection: socket.socket, kind: bytes, first: bytes) -> None:
        try:
            try:
                encrypted = begin_tls(connection, first)
            finally:
                self._beginning.release()  # before the connection ends: its place is free for whoever sees that
        except OSError as error:
            log.info("socket.no_tls because=%s", error)
            connection.close()
        else:
            self.begin(encrypted, kind, b"")

    def begin(self, connection: socket.socket | TlsSocket, kind: bytes, first: bytes) -> None:
        """Serve a connection of this kind, of which so much was read before, in a thread of its own."""
        if len(self._open) >= _CONNECTIONS:
            log.warning("socket.refused because=there are %d", _CONNECTIONS)
            connection.close()
        elif kind == websocket.LANE and self._lanes is not None:
            lane = LaneSocket(connection, is_client=False, limit_bytes=self._limit_bytes, first=first)
            self._start("lane", self._serve, lane, self._lanes.serve)
        elif kind == websocket.DATA:
            freed = self._session.freed
            self._start("socket-reader", self._read, self._messages(connection, first, freed))
        elif kind == websocket.LOGS and self._logs is not None:
            self._start("logs-reader", self._serve, self._messages(connection, first), self._logs.serve)
        elif kind == websocket.PORT and self._ports is not None:
            port = PortSocket(connection, is_client=False, limit_bytes=self._limit_bytes, first=first)
            self._start("port", self._serve, port, self._ports.serve)
        elif kind == websocket.CALL:
            self._start("call", self._serve, self._messages(connection, first), self._calls.serve)
        else:
            connection.close()

    def _messages(
        self, connection: socket.socket | TlsSocket, first: bytes, freed: Callable[[], None] = lambda: None
    ) -> MessageSocket:
        return MessageSocket(connection, is_client=False, limit_bytes=self._limit_bytes, first=first, freed=freed)

    def _start(self, name: str, target: Callable[..., None], messages: WebSocket, *arguments: object) -> None:
        self._open.add(messages)  # here, so that the next one counts this
        Thread(name, target, messages, *arguments).start()

    def _serve(self, messages: _Connection, serve: Callable[[_Connection], None]) -> None:
        try:
            serve(messages)
        except OSError as error:
            log.info("socket.cut because=%s", error)
        except (ProtocolError, DecodeError) as error:
            if isinstance(messages, MessageSocket):
                _SocketWay(messages).end(_violation(error))
        finally:
            messages.close()
            messages.release()
            self._open.discard(messages)

    def _ping(self) -> None:
        while not self._closed.wait(_PING_S):
            for messages in tuple(self._open):
                messages.ping()

    def _read(self, messages: MessageSocket) -> None:
        """Carry out the client's frames until its connection ends, one way or another."""
        stream, way = None, _SocketWay(messages)
        has_hung_up = False
        try:
            while (message := messages.receive()) is not None:
                frame = ClientFrame.FromString(message)
                if stream is None:
                    if not frame.HasField("attach"):
                        raise ProtocolError("D5: the first message of a data stream must attach")
                    stream = self._session.attach(frame.attach, way)
                stream.receive(frame, len(message))
            has_hung_up = True
        except ConnectionResetError as error:
            log.info("socket.cut because=%s", error)
            has_hung_up = True
        except OperationError as error:
            way.end(error.failure)
        except (ProtocolError, DecodeError) as error:
            way.end(_violation(error))
        except OSError as error:
            log.info("socket.cut because=%s", error)
        finally:
            if stream is not None:
                stream.close()
                if has_hung_up:
                    self._on_hung_up()
            messages.close()
            messages.release()
            self._open.discard(messages)


def _violation(error: Exception) -> Failure:
    return refused(Failure.PROTOCOL_VIOLATION, str(error)).failure


class _SocketWay:
    """The way out of a data stream on a socket."""

    def __init__(self, messages: MessageSocket) -> None:
        self._messages = messages
        self.post, self.cut = messages.post, messages.close

    @property
    def is_free(self) -> bool:
        return self._messages.is_free

    def end(self, failure: Failure | None) -> None:
        if failure is None:
            self._messages.finish()
        else:
            log.info("socket.refused because=%s", failure.message)
            self._messages.finish(websocket.FAILURES + failure.code, failure.message)
