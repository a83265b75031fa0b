"""Messages over a connected socket, which either side may find dead (docs/protocol.md, rules S3 to S5)."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Final

from ray_client_proto.tls import TlsSocket, is_ready
from ray_client_proto.wire import websocket
from ray_client_proto.wire.errors import ProtocolError

QUIET_S: Final = 10.0  #: ask a silent peer for a sign of life after this long
ANSWER_S: Final = 5.0  #: and count the connection as cut when none comes within this
_PIECE_BYTES: Final = 256 * 1024
_SMALL_BYTES: Final = 64 * 1024  #: what is smaller is joined with its header: one call costs more than the copy


class ClosedError(OSError):
    """The peer has ended the connection with a code that is not that of good order."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"the peer closed with code {code}: {reason}")
        self.code, self.reason = code, reason


class MessageSocket:
    """Owns a connected socket. One thread receives; any may send, or end it."""

    def __init__(
        self, connection: socket.socket | TlsSocket, *, is_client: bool, limit_bytes: int, first: bytes = b""
    ) -> None:
        """`limit_bytes` bounds a message; `first` was read before."""
        connection.settimeout(None)
        self._socket, self._is_client = connection, is_client
        self._decoder = websocket.Decoder(limit_bytes)
        self._whole = self._decoder.feed(first)
        # Held while a frame goes out: frames of several threads must not mix. Nobody holds another lock's owner up
        # here, since only threads that do nothing but send, and answers to pings, come here.
        self._sending = threading.Lock()

    def send(self, message: bytes) -> None:
        """Send a message; blocks while the peer does not read.

        Raises:
            OSError: the connection is gone.
        """
        self._send(websocket.BINARY, message)

    def receive(self) -> bytes | None:
        """Wait for the next message, and give it; None when the peer has ended in good order.

        Raises:
            ClosedError: the peer has ended it otherwise.
            OSError: the connection is gone, or the peer gives no sign of life any more.
            ProtocolError: what came is no message.
        """
        while True:
            for opcode, payload in self._whole:
                if opcode == websocket.BINARY:
                    return payload
                if opcode == websocket.PING:
                    self._send(websocket.PONG, payload)
                elif opcode == websocket.CLOSE:
                    if payload[:2] in (b"", websocket.closing(websocket.NORMAL)):
                        return None
                    raise ClosedError(int.from_bytes(payload[:2], "big"), payload[2:].decode("utf-8", "replace"))
                elif opcode != websocket.PONG:
                    raise ProtocolError(f"S2: messages are binary, and one has opcode {opcode}")
            self._whole = self._decoder.feed(self._read())

    def _read(self) -> bytes:
        if not _is_readable(self._socket, QUIET_S):
            self._send(websocket.PING, b"")
            if not _is_readable(self._socket, ANSWER_S):
                raise OSError(f"no sign of life for {QUIET_S + ANSWER_S:g} s")
        data = self._socket.recv(_PIECE_BYTES)
        if not data:
            raise OSError("the connection was closed")
        return data

    def _send(self, opcode: int, payload: bytes) -> None:
        start = websocket.header(opcode, len(payload), self._is_client)
        with self._sending:
            if len(payload) <= _SMALL_BYTES:
                self._socket.sendall(start + payload)
            else:
                self._socket.sendall(start)
                self._socket.sendall(payload)

    def ping(self) -> None:
        """Give a sign of life, and ask for one, unless that would wait; what is being sent is one as well."""
        if not self._sending.acquire(blocking=False):
            return
        try:
            frame = websocket.header(websocket.PING, 0, self._is_client)
            with contextlib.suppress(OSError):  # full, where what waits is a sign of life, or gone, which others see
                sent = self._socket.send(frame, socket.MSG_DONTWAIT)
                self._socket.sendall(frame[sent:])
        finally:
            self._sending.release()

    def finish(self, code: int = websocket.NORMAL, reason: str = "") -> None:
        """Tell the peer that nothing more comes, after all that was sent; what it still says can be received."""
        with contextlib.suppress(OSError):
            self._send(websocket.CLOSE, websocket.closing(code, reason))
            self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Cut the connection, which wakes whoever sends or receives; may be repeated."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """Give the socket's file back; for the thread that receives, at its end, after `close`."""
        with self._sending:  # whoever sends must not find another file under the number of this one
            self._socket.close()


def _is_readable(connection: socket.socket | TlsSocket, within_s: float) -> bool:
    if isinstance(connection, TlsSocket):  # which may have taken from the system what nobody has fetched yet
        return connection.is_readable(within_s)
    return is_ready(connection, within_s)
