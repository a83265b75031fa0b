"""Messages over a connected socket, which either side may find dead (docs/protocol.md, rules S3 to S5)."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from ray_client_proto.threads import Thread
from ray_client_proto.tls import TlsSocket
from ray_client_proto.wire import websocket
from ray_client_proto.wire.errors import ProtocolError
from ray_client_proto.wire.texts import escaped

QUIET_S: Final = 10.0  #: ask a silent peer for a sign of life after this long
ANSWER_S: Final = 5.0  #: and count the connection as cut when none comes within this
_PIECE_BYTES: Final = 256 * 1024


class ClosedError(OSError):
    """The peer has ended the connection with a code that is not that of good order."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"the peer closed with code {code}: {escaped(reason)}")
        self.code, self.reason = code, reason


class WebSocket:
    """Owns a connected socket; what messages there are, its two kinds say. One thread receives, any may close it."""

    def __init__(self, connection: socket.socket | TlsSocket, *, is_client: bool) -> None:
        """`is_client` tells whether frames are to be masked."""
        connection.settimeout(None)
        self._socket, self._is_client, self._pid = connection, is_client, os.getpid()
        self._watch = _watch(connection)
        # Keeps the frames of several threads apart, and the file in its place while one is sent.
        self._sending = threading.Lock()

    def ping(self) -> None:
        """Give a sign of life, and ask for one, unless that would wait; what is being sent is one as well."""
        raise NotImplementedError

    def _send(self, opcode: int, payload: bytes) -> None:
        raise NotImplementedError

    def _pong(self, payload: bytes) -> None:
        self._send(websocket.PONG, payload)

    def _is_end(self, opcode: int, payload: bytes) -> bool:
        """Do what a frame asks for that is no message; tell whether it is the end in good order."""
        if opcode == websocket.PING:
            self._pong(payload)
        elif opcode == websocket.CLOSE:
            if payload[:2] in (b"", websocket.closing(websocket.NORMAL)):
                return True
            raise ClosedError(int.from_bytes(payload[:2], "big"), payload[2:].decode("utf-8", "replace"))
        elif opcode != websocket.PONG:
            raise ProtocolError(f"S2: messages are binary, and one has opcode {opcode}")
        return False

    def _wait(self) -> None:
        """Wait until there is something to read; a peer that is silent for long is asked for a sign of life."""
        if not self._is_readable(QUIET_S):
            self.ping()
            if not self._is_readable(ANSWER_S):
                raise OSError(f"no sign of life for {QUIET_S + ANSWER_S:g} s")

    def _is_readable(self, within_s: float) -> bool:
        return self._watch(within_s)

    def close(self) -> None:
        """Cut the connection, which wakes whoever sends or receives; may be repeated. In a forked child: nothing."""
        if os.getpid() == self._pid:  # in a child the connection is its parent's
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """Give the socket's file back; for the thread that receives, at its end, after `close`."""
        with self._sending:
            self._socket.close()


class MessageSocket(WebSocket):
    """A connection of whole messages. One thread receives; any may send, or end it."""

    def __init__(
        self,
        connection: socket.socket | TlsSocket,
        *,
        is_client: bool,
        limit_bytes: int,
        first: bytes = b"",
        freed: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin.

        Args:
            connection: the socket.
            is_client: whether frames are to be masked.
            limit_bytes: bounds a message.
            first: what was read from the socket before.
            freed: called, in any thread and without a lock held, when the peer has read what `post` could not send.
        """
        super().__init__(connection, is_client=is_client)
        self._piece = memoryview(bytearray(_PIECE_BYTES))  # what comes in is copied out of it at once
        self._decoder = websocket.Decoder(limit_bytes)
        self._whole = self._decoder.feed(first)
        self._freed = freed
        # Frames that are still to be sent; the first may be the rest of one. `_sending` is held for no longer than it
        # takes to give the system what it takes at once. Once it takes no more, `_flusher` alone sends, without the
        # lock, until nothing is left.
        self._left: deque[bytes | memoryview] = deque()
        self._is_flushing = False
        self._flusher: threading.Thread | None = None
        self._is_finished = False

    @property
    def is_free(self) -> bool:
        """Whether a message would go out at once. When not, `freed` is called later.

        It is not while there is a flusher, which calls it. That something is left for a moment, as a ping that another
        thread is just giving the system, nobody would be told the end of.
        """
        return not self._is_flushing

    def post(self, message: bytes) -> None:
        """Send a message now, or as soon as the peer has read those before; never blocks.

        If the connection is gone, that shows where it is received from.
        """
        self._send(websocket.BINARY, message)

    def send(self, message: bytes) -> None:
        """Send a message, and wait until the peer has read so much that the system has taken it, or is gone."""
        self.post(message)
        with self._sending:
            flusher = self._flusher if self._is_flushing else None
        if flusher is not None:
            flusher.join()

    def _send(self, opcode: int, payload: bytes) -> None:
        with self._sending:
            if self._is_finished:
                return
            self._is_finished = opcode == websocket.CLOSE
            self._left.append(websocket.header(opcode, len(payload), self._is_client) + payload)
            if self._is_flushing or self._send_what_fits():
                return
            self._is_flushing = True
            flusher = Thread("socket-flush", self._flush_aside, on_death=lambda _: self.close())
            try:
                flusher.start()  # with the lock, or `release` could miss it
                self._flusher = flusher
                return
            except RuntimeError:  # the interpreter is ending, and takes no new threads
                pass
        self._flush()  # nobody is told: whoever posts has a lock that `freed` takes, and looks again anyway

    def _send_what_fits(self) -> bool:
        """Send what is left while the system takes it at once; tell whether it took all. The caller holds the lock."""
        try:
            while self._left:
                frame = self._left[0]
                sent_bytes = _send_now(self._socket, frame)
                if sent_bytes < len(frame):
                    self._left[0] = memoryview(frame)[sent_bytes:]
                    return False
                self._left.popleft()
        except OSError:
            self._break()
        self._end_if_finished()
        return True

    def _flush(self) -> None:
        """Send what is left, however long the peer takes to read."""
        while (frame := self._next_left()) is not None:
            try:
                self._socket.sendall(frame)
            except OSError:
                self._break()
            else:
                self._left.popleft()  # others add at the other end

    def _flush_aside(self) -> None:
        self._flush()
        self._freed()

    def _next_left(self) -> bytes | memoryview | None:
        with self._sending:
            if self._left:
                return self._left[0]
            self._is_flushing = False
            self._end_if_finished()
            return None

    def _break(self) -> None:
        self._left.clear()
        self.close()  # the thread that receives sees it

    def _end_if_finished(self) -> None:
        if self._is_finished:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)

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
                if self._is_end(opcode, payload):
                    return None
            self._whole = self._decoder.feed(self._read())

    def _read(self) -> memoryview:
        self._wait()
        size_bytes = self._socket.recv_into(self._piece)
        if not size_bytes:
            raise ConnectionResetError("the connection was closed")
        return self._piece[:size_bytes]

    def ping(self) -> None:
        self._give_sign(websocket.PING, b"")

    def _pong(self, payload: bytes) -> None:
        self._give_sign(websocket.PONG, payload)

    def _give_sign(self, opcode: int, payload: bytes) -> None:
        if not self._left:  # what waits is a sign of life as well, and a peer that does not read cannot pile them up
            self._send(opcode, payload)

    def finish(self, code: int = websocket.NORMAL, reason: str = "") -> None:
        """Tell the peer that nothing more comes, after all that was sent; what it still says can be received."""
        self._send(websocket.CLOSE, websocket.closing(code, reason))

    def release(self) -> None:
        """Give the socket's file back; for the thread that receives, at its end, after `close`."""
        with self._sending:
            flusher = self._flusher
        if flusher is not None:
            flusher.join()  # it must not find another file under the number of this one; `close` has woken it
        super().release()


def _watch(connection: socket.socket | TlsSocket) -> Callable[[float], bool]:
    """Give what waits for something to read, for so many seconds at most, and tells whether there is."""
    if isinstance(connection, TlsSocket):  # which may have taken from the system what nobody has fetched yet
        return connection.is_readable
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(connection, select.POLLIN)
        return lambda within_s: bool(poll.poll(within_s * 1000))
    return lambda within_s: bool(select.select([connection], [], [], within_s)[0])  # Windows


def _send_now(connection: socket.socket | TlsSocket, data: bytes | memoryview) -> int:
    """Send what the system takes without waiting for the peer; give how much that was."""
    try:
        if hasattr(socket, "MSG_DONTWAIT"):
            return connection.send(data, socket.MSG_DONTWAIT)
        # Windows takes whatever it is given while there is any room.
        return connection.send(data) if select.select([], [connection], [], 0)[1] else 0
    except BlockingIOError:
        return 0
