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
from typing import Final

from ray_client_proto.sockets import QUIET_S, MessageSocket
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.frame_pb2 import ClientFrame
from ray_client_proto.wire import websocket
from ray_client_proto.wire.errors import ProtocolError
from ray_client_server.driver.errors import OperationError
from ray_client_server.driver.session import DriverSession

log = logging.getLogger(__name__)

_FIRST_BYTES: Final = 64 * 1024  #: that a client may have sent with its request
#: How often clients get a sign of life: the thread that reads may be busy with an operation, and answers no ping then.
_PING_S: Final = QUIET_S / 2


class SocketDoor:
    """Takes connections that the gateway gives away, and carries data streams on them."""

    def __init__(self, path: str, session: DriverSession, limit_bytes: int) -> None:
        """Begin to listen at a unix socket; `limit_bytes` bounds a message."""
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
                messages = MessageSocket(
                    connection,
                    is_client=False,
                    limit_bytes=self._limit_bytes,
                    first=first[1:],
                    freed=self._session.freed,
                )
                threading.Thread(target=self._read, args=(messages,), name="socket-reader", daemon=True).start()

    def _ping(self) -> None:
        while not self._closed.wait(_PING_S):
            for messages in tuple(self._open):
                messages.ping()

    def _read(self, messages: MessageSocket) -> None:
        """Carry out the client's frames until its connection ends, one way or another."""
        self._open.add(messages)
        stream, way = None, _SocketWay(messages)
        try:
            while (message := messages.receive()) is not None:
                frame = ClientFrame.FromString(message)
                if stream is None:
                    if not frame.HasField("attach"):
                        raise ProtocolError("D5: the first message of a data stream must attach")
                    stream = self._session.attach(frame.attach, way)
                stream.receive(frame, len(message))
        except OperationError as error:
            way.end(error.failure)
        except ProtocolError as error:
            way.end(Failure(code=Failure.PROTOCOL_VIOLATION, message=str(error)))
        except Exception as error:  # noqa: BLE001 - OSError of a cut, or what protobuf raises for bytes that are none
            log.info("socket.cut because=%s", error)
        finally:
            if stream is not None:
                stream.close()
            messages.close()
            messages.release()
            self._open.discard(messages)


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
