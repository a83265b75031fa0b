"""How a transfer is sent: as it is, or compressed where the link is so slow that this is faster (rule B11)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from ray_client_proto.lanes import LaneSocket
from ray_client_proto.wire import chunk, lane, packed
from ray_client_proto.wire.limits import MIB

_FAST_BYTES_S: Final = 32 * MIB  #: a link with this rate is left alone: what is won there is little beside the work
_WINDOW_S: Final = 0.05  #: a rate is measured over this long: what buffers take at once is little beside it
_HOLDS_S: Final = 10.0  #: and counts for this long. Only bytes that are sent as they are tell it anew
_WORTH: Final = 0.9  #: of its size, at most, a piece must have when it is compressed
_PASSED_OVER: Final = 16  #: pieces sent as they are after one that was not worth it
_DOUBTED: Final = 64  #: pieces after which a link that has never made us wait is measured again
_FADING: Final = 0.8  #: how much the pieces before count in the compressor's rate


class Rate:
    """How fast the link takes bytes in one direction. Safe from any thread."""

    def __init__(self, bytes_s: int = 0) -> None:
        """`bytes_s` was measured elsewhere; 0: it is not known."""
        self._lock = threading.Lock()  # of all below
        self._bytes, self._seconds = 0, 0.0
        self._bytes_s, self._until_s = bytes_s, time.monotonic() + _HOLDS_S

    @property
    def bytes_s(self) -> int:
        """The rate; 0 where it is not known, or not any more."""
        return self._bytes_s if time.monotonic() < self._until_s else 0

    def passed(self, size_bytes: int, seconds: float) -> None:
        """Take note that so many bytes took so long."""
        with self._lock:
            self._bytes, self._seconds = self._bytes + size_bytes, self._seconds + seconds
            if self._seconds >= _WINDOW_S:
                self._bytes_s = max(1, int(self._bytes / self._seconds))
                self._until_s = time.monotonic() + _HOLDS_S
                self._bytes, self._seconds = 0, 0.0

    def waited(self, seconds: float) -> None:
        """Take note that the peer had everything only after so long: all that tells of what fits into buffers."""
        if not self.bytes_s:
            self.passed(0, seconds)

    def forget(self) -> None:
        """Measure anew."""
        with self._lock:
            self._bytes, self._seconds, self._bytes_s = 0, 0.0, 0


class Sender:
    """Sends one transfer. One thread has it."""

    def __init__(self, connection: LaneSocket, transfer_id: int, rate: Rate | None) -> None:
        """Without a `rate`, nothing is compressed."""
        self._connection, self._transfer_id, self._rate = connection, transfer_id, rate
        self._packer: packed.Packer | None = None
        self._passing_over = self._doubted = 0
        # Of late: bytes that were compressed, and how long that took, and sending what it gave.
        self._packed_bytes = self._packing_s = self._sending_s = 0.0

    def send(
        self,
        buffers: Sequence[memoryview],
        chunk_bytes: int,
        offset_bytes: int,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """Send what begins at an offset, in chunks of this size, while it is wanted.

        Raises:
            OSError: the connection is gone.
        """
        for begin, total, parts in chunk.pieces(buffers, chunk_bytes, offset_bytes):
            for offset, step in self._steps(begin, parts):
                if not is_wanted():
                    return
                frame = self._pack(step)
                if frame is None:
                    self._send(lane.CHUNK, offset, total, step)
                else:
                    self._send(lane.PACKED, offset, total, [memoryview(frame)])

    def _steps(self, begin: int, parts: list[memoryview]) -> Iterator[tuple[int, list[memoryview]]]:
        """Yield a chunk as a whole where the link is fast; else what may be compressed each on its own."""
        if self._rate is None or self._rate.bytes_s >= _FAST_BYTES_S:
            yield begin, parts
        else:
            for offset, _, step in chunk.pieces(parts, packed.PIECE_BYTES):
                yield begin + offset, step

    def _send(self, kind: int, offset: int, total: int, parts: Sequence[memoryview]) -> None:
        began_s = time.perf_counter()
        self._connection.send_head(lane.Head(kind, self._transfer_id, offset, total), parts)
        took_s = time.perf_counter() - began_s
        if kind == lane.PACKED:
            self._sending_s = self._sending_s * _FADING + took_s
        elif self._rate is not None:
            self._rate.passed(sum(part.nbytes for part in parts), took_s)

    def _pack(self, parts: list[memoryview]) -> bytes | None:
        """Compress a piece; None where it is better sent as it is."""
        link_bytes_s = 0 if self._rate is None else self._rate.bytes_s
        size_bytes = sum(part.nbytes for part in parts)
        if not 0 < link_bytes_s < _FAST_BYTES_S or not 0 < size_bytes <= packed.PIECE_BYTES:
            return None
        if self._passing_over:
            self._passing_over -= 1
            return None
        self._packer = self._packer or packed.Packer()
        began_s = time.perf_counter()
        frame = self._packer.pack(parts, size_bytes)
        self._packed_bytes = self._packed_bytes * _FADING + size_bytes
        self._packing_s = self._packing_s * _FADING + time.perf_counter() - began_s
        if len(frame) > size_bytes * _WORTH or self._packed_bytes < link_bytes_s * self._packing_s:
            self._passing_over, self._packed_bytes, self._packing_s = _PASSED_OVER, 0.0, 0.0
            return None
        self._doubt()
        return frame

    def _doubt(self) -> None:
        """Measure the link again if it takes all that the compressor gives: it may be faster than that."""
        self._doubted += 1
        if self._doubted == _DOUBTED:
            if self._sending_s < self._packing_s and self._rate is not None:
                self._rate.forget()
            self._doubted = 0
