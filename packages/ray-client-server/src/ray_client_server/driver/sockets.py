"""Data streams on sockets: the gateway gives the connections of clients away to this driver (rules S1 to S5).

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
from typing import Final, TypeAlias

from ray_client_proto.sockets import QUIET_S, MessageSocket
from ray_client_proto.tls import TlsSocket
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.frame_pb2 import ClientFrame
from ray_client_proto.wire import websocket
from ray_client_proto.wire.errors import ProtocolError
from ray_client_server.driver.errors import OperationError
from ray_client_server.driver.session import DriverSession, Stream

log = logging.getLogger(__name__)

#: Begins TLS on a connection of which some bytes were read, and has the client say the secret; raises OSError.
BeginTls: TypeAlias = Callable[[socket.socket, bytes], TlsSocket]

#: Connections that begin TLS at the same time. The request for one is in clear, so anybody on the way may repeat it.
_BEGINNING: Final = 32
_FIRST_BYTES: Final = 64 * 1024  #: that a client may have sent with its request
#: How often clients get a sign of life: the thread that reads may be busy with an operation, and answers no ping then.
_PING_S: Final = QUIET_S / 2


class SocketDoor:
    """Takes connections that the gateway gives away, and carries data streams on them."""

    def __init__(self, path: str, session: DriverSession, limit_bytes: int, begin_tls: BeginTls | None = None) -> None:
        """Begin to listen at a unix socket; `limit_bytes` bounds a message."""
        self._begin_tls, self._beginning = begin_tls, threading.Semaphore(_BEGINNING)
        self._session, self._limit_bytes = session, limit_bytes
        self._path = path
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        self._open: set[MessageSocket] = set()
        self._closed = threading.Event()
        for target in (self._accept, self._ping):
            threading.Thread(target=target, name="socket-door", daemon=True).start()

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
                # Without a byte that says so, a message could not carry the file.
                if self._begin_tls is None:
                    self._begin(connection, first[1:])
                elif self._beginning.acquire(blocking=False):
                    # It takes as long as the client likes, up to a limit: never in the thread that accepts.
                    arguments = self._begin_tls, connection, first[1:]
                    threading.Thread(target=self._encrypt, args=arguments, name="socket-tls", daemon=True).start()
                else:
                    connection.close()

    def _encrypt(self, begin_tls: BeginTls, connection: socket.socket, first: bytes) -> None:
        try:
            encrypted = begin_tls(connection, first)
        except OSError as error:
            log.info("socket.no_tls because=%s", error)
            connection.close()
        else:
            self._begin(encrypted, b"")
        finally:
            self._beginning.release()

    def _begin(self, connection: socket.socket | TlsSocket, first: bytes) -> None:
        """Serve a connection, of which so much was read before, in a thread of its own."""
        messages = MessageSocket(connection, is_client=False, limit_bytes=self._limit_bytes, first=first)
        threading.Thread(target=self._read, args=(messages,), name="socket-reader", daemon=True).start()

    def _ping(self) -> None:
        while not self._closed.wait(_PING_S):
            for messages in tuple(self._open):
                messages.ping()

    def _read(self, messages: MessageSocket) -> None:
        """Carry out the client's frames until its connection ends, one way or another."""
        self._open.add(messages)
        stream: Stream | None = None
        try:
            while (message := messages.receive()) is not None:
                frame = ClientFrame.FromString(message)
                if stream is None:
                    if not frame.HasField("attach"):
                        raise ProtocolError("D5: the first message of a data stream must attach")
                    stream = self._session.attach(frame.attach)
                    threading.Thread(target=_write, args=(messages, stream), name="socket-writer", daemon=True).start()
                stream.receive(frame, len(message))
            if stream is not None:
                stream.has_half_closed()
        except OperationError as error:
            _refuse(messages, error.failure)
        except ProtocolError as error:
            _refuse(messages, Failure(code=Failure.PROTOCOL_VIOLATION, message=str(error)))
        except Exception as error:  # noqa: BLE001 - OSError of a cut, or what protobuf raises for bytes that are none
            log.info("socket.cut because=%s", error)
        finally:
            if stream is not None and not self._session.has_disconnected:
                stream.close()
            messages.close()
            messages.release()
            self._open.discard(messages)


def _refuse(messages: MessageSocket, failure: Failure) -> None:
    log.info("socket.refused because=%s", failure.message)
    messages.finish(websocket.FAILURES + failure.code, failure.message)


def _write(messages: MessageSocket, stream: Stream) -> None:
    """Send what the client is to get, until the stream ends."""
    try:
        for message in stream.messages():
            messages.send(message)
    except OperationError as error:
        _refuse(messages, error.failure)
    except OSError:
        messages.close()
    else:
        messages.finish()
