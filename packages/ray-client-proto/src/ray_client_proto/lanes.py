"""Lane connections: messages that go out from several buffers, and come in where they belong (rules B7 to B10).

No byte of a transfer is copied on the way: it goes out from the memory of the value, and in to that of the transfer.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Sequence
from typing import Final

from ray_client_proto import sockets
from ray_client_proto.sockets import WebSocket
from ray_client_proto.tls import TlsSocket
from ray_client_proto.wire import lane, packed, websocket
from ray_client_proto.wire.chunk import Assembly
from ray_client_proto.wire.errors import ProtocolError
from ray_client_proto.wire.limits import KIB

_STEP_BYTES: Final = 1024 * KIB  #: received at once, at most
_SMALL_BYTES: Final = 64 * KIB  #: parts below this are received with others, and copied: that costs less than a call
_BUFFERS: Final = 256  #: sent at once: the system has a bound
_LOOK_S: Final = 0.1  #: waited at a stretch: the main thread must look whether it was interrupted


class LaneSocket(WebSocket):
    """A connection whose messages are received in pieces, with `receive_head` and `take`.

    One thread owns it; any may `ping` or `close` it.
    """

    #: How long a peer may take nothing before the connection counts as cut.
    PATIENCE_S = sockets.QUIET_S + sockets.ANSWER_S

    def __init__(
        self, connection: socket.socket | TlsSocket, *, is_client: bool, limit_bytes: int, first: bytes = b""
    ) -> None:
        """`limit_bytes` bounds a message; `first` was read before."""
        super().__init__(connection, is_client=is_client)
        connection.settimeout(_LOOK_S)
        self._limit_bytes = limit_bytes
        self._ahead = bytearray(first)  # read, and not looked at yet
        # So much is read before it is known what it is: what stands before a chunk, and nothing of the chunk.
        self._ahead_bytes = len(websocket.header(websocket.BINARY, limit_bytes, not is_client)) + lane.HEAD_BYTES
        self._frame: websocket.Start | None = None  # of the message at hand
        self._frame_taken_bytes = self._message_bytes = 0
        self._scratch = memoryview(b"")
        self.has_received = False  #: whether any message has come

    def send_head(self, head: lane.Head, parts: Sequence[memoryview] = ()) -> None:
        """Send a message: a head, and what follows it.

        Raises:
            OSError: the connection is gone, or the peer has taken nothing for long.
        """
        size_bytes = lane.HEAD_BYTES + sum(part.nbytes for part in parts)
        start = websocket.header(websocket.BINARY, size_bytes, self._is_client) + head.encode()
        views = [memoryview(start), *parts]
        with self._sending:
            for at in range(0, len(views), _BUFFERS):
                self._send_all(views[at : at + _BUFFERS])

    def _send(self, opcode: int, payload: bytes) -> None:
        frame = websocket.header(opcode, len(payload), self._is_client) + payload
        with self._sending:
            self._send_all([memoryview(frame)])

    def ping(self) -> None:
        self._give_sign(websocket.PING, b"")

    def _give_sign(self, opcode: int, payload: bytes) -> None:
        if not self._sending.acquire(blocking=False):
            return
        try:
            frame = memoryview(websocket.header(opcode, len(payload), self._is_client) + payload)
            with contextlib.suppress(OSError):  # full, where what waits is a sign of life, or gone, which others see
                self._send_all([frame[self._socket.send(frame) :]])
        finally:
            self._sending.release()

    def finish(self) -> None:
        """Tell the peer that nothing more comes; what it still says can be received."""
        with contextlib.suppress(OSError):
            self._send(websocket.CLOSE, websocket.closing(websocket.NORMAL))
            self._socket.shutdown(socket.SHUT_WR)

    def _send_all(self, views: list[memoryview]) -> None:
        give_up_s = 0.0
        while views:
            try:
                sent = self._socket.sendmsg(views) if hasattr(self._socket, "sendmsg") else self._socket.send(views[0])
            except TimeoutError:
                # Not even the system has room. On a slow link it soon has some again.
                give_up_s = give_up_s or time.monotonic() + self.PATIENCE_S
                if time.monotonic() > give_up_s:
                    raise
                continue
            give_up_s = 0.0
            while views and sent >= views[0].nbytes:
                sent -= views.pop(0).nbytes
            if sent:
                views[0] = views[0][sent:]

    def has_message(self) -> bool:
        """Tell whether a message has begun to come, without waiting for one; answers pings on the way.

        Raises:
            OSError: the connection is gone, or was ended.
            ProtocolError: what came is no message.
        """
        try:
            return self._next_frame(is_patient=False) is not None
        except EOFError as error:
            raise OSError(str(error)) from error

    def receive_head(self) -> lane.Head | None:
        """Wait for the next message, after the one before was taken; give its head, or None at an end in good order.

        Raises:
            OSError: the connection is gone, or the peer gives no sign of life any more.
            ProtocolError: what came is no message of a lane.
        """
        while self.take(self._small_memory()):
            pass  # of a message that nobody wanted to its end
        try:
            self._begin_frame()
        except EOFError:
            return None
        head = memoryview(bytearray(lane.HEAD_BYTES))
        at = 0
        while at < lane.HEAD_BYTES and (taken := self.take(head[at:])):
            at += taken
        self.has_received = True
        return lane.read_head(bytes(head[:at]))

    def take(self, memory: memoryview) -> int:
        """Receive the next bytes of the message, as many as there are; give how many. 0: the message ends there.

        Raises:
            OSError: the connection is gone, or the peer gives no sign of life any more.
            ProtocolError: what came is not the rest of a message.
        """
        while (frame := self._frame) is None or self._frame_taken_bytes == frame.size_bytes:
            if frame is None or frame.is_final:
                self._end_message()
                return 0
            try:
                self._begin_frame()
            except EOFError as error:  # no good order, in the middle of a message
                raise OSError(str(error)) from error
        taken = self._take(memory[: min(frame.size_bytes - self._frame_taken_bytes, _STEP_BYTES)])
        if frame.mask:
            turn = self._frame_taken_bytes % len(frame.mask)
            mask = frame.mask[turn:] + frame.mask[:turn]
            memory[:taken] = websocket.unmasked(bytes(memory[:taken]), mask)
        self._frame_taken_bytes += taken
        self._message_bytes += taken
        if frame.is_final and self._frame_taken_bytes == frame.size_bytes:
            self._end_message()
        return taken

    def _end_message(self) -> None:
        self._frame, self._message_bytes = None, 0

    def take_rest(self, limit_bytes: int | None = None) -> bytes:
        """Receive what is left of a message; raises as `take` does, and `ProtocolError` where it is above the limit."""
        rest = bytearray()
        while taken := self.take(self._small_memory()):
            rest += self._scratch[:taken]
            if limit_bytes is not None and len(rest) > limit_bytes:
                raise ProtocolError(f"B11: a compressed chunk has more than {limit_bytes} bytes")
        return bytes(rest)

    def take_chunk(self, head: lane.Head, assembly: Assembly) -> int:
        """Receive the chunk with this head to where it belongs; give where it ends.

        Raises:
            OSError: the connection is gone; what has come is there.
            ProtocolError: it belongs elsewhere, leaves a gap, or cannot be opened.
        """
        assembly.expect(*head[1:])
        offset = head.offset_bytes
        if head.kind == lane.PACKED:
            data = packed.unpack(self.take_rest(packed.PIECE_BYTES))
            assembly.write(offset, memoryview(data))
            return offset + len(data)
        while True:
            room = assembly.room_at(offset)
            is_small = room.nbytes < _SMALL_BYTES
            taken = self.take(self._small_memory() if is_small else room)
            if not taken:
                return offset
            if is_small:
                assembly.write(offset, self._scratch[:taken])
            offset += taken
            assembly.came(offset)

    def drain(self) -> None:
        """Pass over all that still comes, until the peer has closed: it would lose what was said to it last."""
        with contextlib.suppress(OSError):
            while self._read(_SMALL_BYTES):
                pass

    def _read(self, limit_bytes: int) -> bytes:
        self._wait()
        data = self._socket.recv(limit_bytes)
        if not data:
            raise OSError("the connection was closed")
        return data

    def _small_memory(self) -> memoryview:
        if not self._scratch:
            self._scratch = memoryview(bytearray(_SMALL_BYTES))
        return self._scratch

    def _take(self, memory: memoryview) -> int:
        if self._ahead:
            taken = min(len(self._ahead), memory.nbytes)
            memory[:taken] = self._ahead[:taken]
            del self._ahead[:taken]
            return taken
        while True:
            try:
                taken = self._socket.recv_into(memory)
            except TimeoutError:
                self._wait()
                continue
            if not taken:
                raise OSError("the connection was closed")
            return taken

    def _begin_frame(self) -> None:
        is_first = self._frame is None
        frame = self._next_frame(is_patient=True)
        assert frame is not None
        if (frame.opcode == websocket.BINARY) != is_first:
            raise ProtocolError(f"S3: a frame with opcode {frame.opcode} cannot come here")
        del self._ahead[: frame.end]
        self._frame, self._frame_taken_bytes = frame, 0

    def _next_frame(self, is_patient: bool) -> websocket.Start | None:
        """Give what the next frame of a message begins with, and do what is asked for before; None: it is not there.

        Raises:
            EOFError: the peer has ended in good order.
        """
        while True:
            start = websocket.read_start(self._ahead, self._limit_bytes - self._message_bytes)
            end = 0 if start is None else start.end + start.size_bytes
            if start is not None and start.is_data:
                return start
            if start is not None and len(self._ahead) >= end:
                payload = bytes(self._ahead[start.end : end])
                del self._ahead[:end]
                if self._is_end(start.opcode, websocket.unmasked(payload, start.mask) if start.mask else payload):
                    raise EOFError("the peer has ended the connection")
            elif is_patient or self._is_readable(0.0):
                self._ahead += self._read(self._ahead_bytes)
            else:
                return None

    def _is_readable(self, within_s: float) -> bool:
        end_s = time.monotonic() + within_s
        while not super()._is_readable(min(within_s, _LOOK_S)):
            if time.monotonic() >= end_s:
                return False
        return True
