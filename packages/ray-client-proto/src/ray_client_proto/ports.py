"""Bytes of a TCP connection on a connection of a session's own (docs/protocol.md, rules F1 to F6); both ends do this.

Whoever reads slowly at one end slows down the other: nothing is kept here beyond a piece for each way.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import math
import select
import socket
import struct
from typing import Final, NamedTuple

from ray_client_proto.lanes import LaneSocket
from ray_client_proto.threads import Thread
from ray_client_proto.tls import TlsSocket
from ray_client_proto.wire import websocket
from ray_client_proto.wire.errors import ProtocolError
from ray_client_proto.wire.limits import KIB

log = logging.getLogger(__name__)

CAPABILITY: Final = "forward"
CONNECTIONS: Final = 128  #: that are forwarded for a session at the same time
PIECE_BYTES: Final = 64 * KIB  #: in a message, at most
_HOST_BYTES: Final = 255
_LOOK_S: Final = 1.0  #: waited at a stretch for the plain side, which says nothing of the other
_RESET: Final = struct.pack("ii", 1, 0)  #: for SO_LINGER: closing says that something broke


class Target(NamedTuple):
    """Where a connection is to lead; port 0: nowhere, it was only to be seen whether it could."""

    host: str
    port: int

    def encode(self) -> bytes:
        """Give the first message of a connection."""
        return self.port.to_bytes(2, "big") + self.host.encode()

    @classmethod
    def decode(cls, message: bytes) -> Target:
        """Read it.

        Raises:
            ProtocolError: it is something else.
        """
        try:
            return cls(message[2:].decode(), int.from_bytes(message[:2], "big"))
        except UnicodeDecodeError as error:
            raise ProtocolError(f"F2: the name of a host is not UTF-8: {error}") from error


class PortSocket(LaneSocket):
    """A connection whose messages are pieces of a stream of bytes, and an empty one its end.

    One thread receives and another sends; any may `ping` or `close` it.
    """

    PATIENCE_S = math.inf  # what is read slowly may wait: a peer that is gone is noticed by who receives

    def __init__(
        self, connection: socket.socket | TlsSocket, *, is_client: bool, limit_bytes: int, first: bytes = b""
    ) -> None:
        """`limit_bytes` is that of other connections; here pieces may come in any case."""
        super().__init__(connection, is_client=is_client, limit_bytes=max(limit_bytes, PIECE_BYTES), first=first)

    def send(self, piece: bytes | memoryview) -> None:
        """Send a piece, and wait until the system has taken it.

        Raises:
            OSError: the connection is gone.
        """
        start = websocket.header(websocket.BINARY, len(piece), self._is_client)
        with self._sending:
            self._send_all([memoryview(start), memoryview(piece)])

    def receive(self, memory: memoryview) -> int | None:
        """Wait for bytes, and give how many came; 0: their end; None: that of the connection, in good order.

        Raises:
            OSError: the connection is gone, or was ended otherwise.
            ProtocolError: what came is no message.
        """
        while True:
            if self._frame is None:
                try:
                    self._begin_frame()
                except EOFError:
                    return None
            has_begun = self._message_bytes > 0
            if (taken := self.take(memory)) or not has_begun:
                return taken

    def receive_target(self) -> Target | None:
        """Wait for the first message; give None at an end before it, and raise as `receive`."""
        try:
            self._begin_frame()
        except EOFError:
            return None
        return Target.decode(self.take_rest(_HOST_BYTES + 2))

    def _pong(self, payload: bytes) -> None:
        self._give_sign(websocket.PONG, payload)  # or who sends, and waits, would hold up who receives

    def refuse(self, code: int, reason: str) -> None:
        """End the connection with a code of `Failure`, before anything was sent.

        Raises:
            OSError: the connection is gone.
        """
        self._send(websocket.CLOSE, websocket.closing(websocket.FAILURES + code, reason))
        self._socket.shutdown(socket.SHUT_WR)

    def is_gone(self, may_be_done: bool) -> bool:
        """Tell whether the connection is over, as far as the system tells without reading what came before.

        With `may_be_done` a peer that only sends nothing more may be one that has sent all.
        """
        if not hasattr(select, "poll"):
            return False
        poll = select.poll()
        poll.register(self._socket, 0 if may_be_done else getattr(select, "POLLRDHUP", 0))
        return bool(poll.poll(0))


def will_reset(plain: socket.socket) -> None:
    """Have a connection end, once it is closed, as one that broke."""
    with contextlib.suppress(OSError):
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


def carry(tunnel: PortSocket, plain: socket.socket) -> None:
    """Carry bytes both ways until both have ended, each in its own time; what breaks on one side breaks on the other.

    `plain` is closed at the end; `tunnel` is left for its owner to close.
    """
    _Carrier(tunnel, plain).run()


class _Carrier:
    """The two threads of a connection: the caller's takes from the tunnel, and another gives to it."""

    def __init__(self, tunnel: PortSocket, plain: socket.socket) -> None:
        plain.settimeout(_LOOK_S)
        self._tunnel, self._plain = tunnel, plain
        self._ends = itertools.count(1)
        self._has_sent_end = self._has_end = self._is_over = False

    def run(self) -> None:
        sender = Thread("port-sender", self._give)
        sender.start()
        try:
            self._take()
        except (OSError, ProtocolError) as error:
            log.debug("port.cut because=%s", error)
            will_reset(self._plain)  # or a part would pass for the whole
            self._tunnel.close()
        finally:
            self._is_over = True
            with contextlib.suppress(OSError):
                self._plain.shutdown(socket.SHUT_RD)  # wakes the sender
            sender.join()
            self._plain.close()

    def _give(self) -> None:
        memory = memoryview(bytearray(PIECE_BYTES))
        try:
            while taken := self._receive(memory):
                self._tunnel.send(memory[:taken])
            self._has_sent_end = True  # before: the peer may answer at once
            self._tunnel.send(b"")
            self._end()
        except OSError as error:
            log.debug("port.cut because=%s", error)
            self._tunnel.close()  # which the thread that takes sees

    def _take(self) -> None:
        memory = memoryview(bytearray(PIECE_BYTES))
        while (taken := self._tunnel.receive(memory)) is not None:
            if self._has_end:
                raise ProtocolError("F3: bytes after their end")
            if taken:
                self._write(memory[:taken])
            else:
                self._has_end = True
                with contextlib.suppress(OSError):  # it has closed altogether
                    self._plain.shutdown(socket.SHUT_WR)
                self._end()
        if not (self._has_end and self._has_sent_end):
            raise OSError("the peer ended the connection before its bytes")

    def _end(self) -> None:
        """Take note of one end; after both the connection ends in good order."""
        if next(self._ends) == 2:
            self._tunnel.finish()

    def _receive(self, memory: memoryview) -> int:
        while True:
            try:
                return self._plain.recv_into(memory)
            except TimeoutError:
                if self._is_over:
                    return 0

    def _write(self, piece: memoryview) -> None:
        while piece:
            try:
                piece = piece[self._plain.send(piece) :]
            except TimeoutError:
                # Nobody reads here, and who wrote there may be gone meanwhile.
                if self._tunnel.is_gone(may_be_done=self._has_sent_end):
                    raise
