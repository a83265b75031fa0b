"""One end of a session's data channel: a state machine without I/O, threads or clock (rules D1 to D5).

Both ends are the same machine. Parts, which are operations at the client and replies at the driver, come in encoded,
and frames go out, encoded once. What the peer sent is told by its numbers and its size; the time is an argument. Each
end has thin edges around its machine: locks, threads, and the stream that is there at the moment.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from typing import Final, NamedTuple

from ray_client_proto.wire import limits
from ray_client_proto.wire.chunk import varint
from ray_client_proto.wire.errors import ProtocolError

_AFTER_S: Final = 0.04  #: D2 says 50 ms; the rest is for the way through the threads
_AFTER_FRAMES: Final = 32
_AFTER_BYTES: Final = limits.MIB

# Fields of `ClientFrame` and `ServerFrame`, which have the same numbers; messages laid end to end read as one.
_SEQ, _ACK, _PART = b"\x08", b"\x10", b"\x1a"
HEADER_BYTES: Final = 22  #: of a frame, at most: two numbers of up to ten bytes, with their tags


def encode_part(message: bytes) -> bytes:
    """Give an encoded operation or reply as it stands in a frame."""
    return b"".join((_PART, varint(len(message)), message))


class Received(NamedTuple):
    """What a message of the peer's has changed."""

    is_new: bool  #: its parts are to be carried out; else they were before, or there are none
    made_room: bool  #: frames of ours were acknowledged


class _Taking(NamedTuple):
    """A frame on its way from the parts queued to the frames kept."""

    seq: int
    left: int  #: parts that stay queued
    kept: int  #: frames kept once it is among them


class Delivery:
    """Numbers frames, keeps what is not acknowledged, replays it, and takes each frame of the peer's once and in order.

    Invariants: every frame from 1 to `last_accepted` was accepted, and no other; the frames kept are consecutive and
    end at `last_sent`. Not thread-safe: whoever owns the session's lock owns it.
    """

    def __init__(self, replay_bytes: int) -> None:
        """`replay_bytes` bounds the frames that are kept (D4).

        Raises:
            ValueError: there would be room for none.
        """
        if replay_bytes <= 0:
            raise ValueError(f"a delivery needs room: replay_bytes={replay_bytes}")
        self._limit_bytes = replay_bytes
        self._queued: deque[bytes] = deque()
        self.queued_bytes = 0
        self._send_at = math.inf  # when the parts queued must go at the latest
        self._kept: deque[bytes] = deque()
        self.kept_bytes = 0
        self.last_sent = self.last_accepted = 0
        self._taking = _Taking(0, 0, 0)
        self._acks = AckTimer()

    # -- what goes out

    def fits(self, size_bytes: int) -> bool:
        """Tell whether a part of this size fits beside all that waits; alone one of any size does."""
        waiting = self.queued_bytes + self.kept_bytes
        return waiting == 0 or waiting + size_bytes <= self._limit_bytes

    def queue(self, part: bytes, now: float, wait_s: float = 0.0) -> None:
        """Have a part go with the next frame, which may wait a little for others."""
        self._queued.append(part)
        self.queued_bytes += len(part)
        send_at = now + wait_s if wait_s and self.queued_bytes < limits.FRAME_BYTES else -math.inf
        self._send_at = min(send_at, self._send_at)

    def take(self, now: float) -> bytes | None:
        """Give the next message: a frame if one is to go and there is room, else an acknowledgement if it is due."""
        count, size_bytes = self._ready(now) if self._queued else (0, 0)
        if not count:
            return self.acknowledgement() if self._acks.is_due(now) else None
        seq = self.last_sent + 1
        frame = b"".join((_SEQ, varint(seq), self.acknowledgement(), *itertools.islice(self._queued, count)))
        self._taking = _Taking(seq, len(self._queued) - count, len(self._kept) + 1)
        self._kept.append(frame)  # from here on it counts as sent, whatever interrupts
        for _ in range(count):
            self._queued.popleft()
        self.queued_bytes -= size_bytes
        self.kept_bytes += len(frame)
        if not self._queued:
            self._send_at = math.inf
        self.last_sent = seq
        return frame

    def repair(self) -> None:
        """Make good a `queue` or `take` that an exception left in the middle: what was begun is done, or undone."""
        taking = self._taking
        if self.last_sent < taking.seq and len(self._kept) == taking.kept:
            while len(self._queued) > taking.left:
                self._queued.popleft()
            self.last_sent = taking.seq
        self.queued_bytes = sum(map(len, self._queued))
        self.kept_bytes = sum(map(len, self._kept))
        self._send_at = -math.inf if self._queued else math.inf

    def acknowledgement(self) -> bytes:
        """Give a message that acknowledges all that was accepted, and nothing more (D2)."""
        self._acks.sent()
        return _ACK + varint(self.last_accepted)

    def due_at(self, now: float) -> float:
        """Give when to `take` next if nothing else happens, after all was taken that there is now; inf for never."""
        return min(self._acks.due_at, self._send_at if now < self._send_at else math.inf)

    def replay(self) -> list[bytes]:
        """Give every frame that is kept, oldest first: what a new stream must carry before anything else (D5)."""
        return list(self._kept)

    @property
    def is_idle(self) -> bool:
        """Whether all that was to go out has arrived."""
        return not self._queued and not self._kept

    def _ready(self, now: float) -> tuple[int, int]:
        """Give how many parts go with the next frame now, and their size; none if it is not time, or no room."""
        if now < self._send_at:
            return 0, 0
        room = min(self._limit_bytes - self.kept_bytes - HEADER_BYTES, limits.FRAME_BYTES)
        count, size_bytes = 0, 0
        for part in self._queued:
            if size_bytes + len(part) > room and (count or self._kept):
                break  # while nothing is kept one part goes, however large: it would never fit
            count += 1
            size_bytes += len(part)
        return count, size_bytes

    # -- what comes in

    def attached(self, last_seen_seq: int) -> bool:
        """Take what a peer has seen that is on a new stream (D5); tell whether that made room.

        Raises:
            ProtocolError: it claims to have seen what was never sent; nothing changed.
        """
        made_room = self._acknowledged(last_seen_seq)
        self._acks.sent()  # by our own first message on the stream
        return made_room

    def receive(self, seq: int, ack: int, size_bytes: int, now: float) -> Received:
        """Take note of a message: its number, which is 0 if it has no parts, what it acknowledges, and its size.

        Raises:
            ProtocolError: a frame is missing before it, or it acknowledges one that was never sent.
        """
        made_room = self._acknowledged(ack)
        if seq == 0:
            return Received(False, made_room)
        is_new = seq > self.last_accepted
        if is_new and seq != self.last_accepted + 1:
            raise ProtocolError(f"D1: frame {seq} came after {self.last_accepted}; the ones between are missing")
        self.last_accepted = max(seq, self.last_accepted)
        self._acks.received(size_bytes, now)
        return Received(is_new, made_room)

    def _acknowledged(self, seq: int) -> bool:
        """Forget frames up to and including `seq`; a repeated or late acknowledgement changes nothing."""
        if seq > self.last_sent:
            raise ProtocolError(f"D3: the peer acknowledged frame {seq}, but {self.last_sent} is the last one sent")
        left = self.last_sent - seq
        made_room = len(self._kept) > left
        while len(self._kept) > left:
            self.kept_bytes -= len(self._kept.popleft())
        return made_room


class AckTimer:
    """Knows what was received since the last acknowledgement, and when to send one by itself (D2)."""

    def __init__(self) -> None:
        self.due_at = math.inf
        self._frames = self._bytes = 0

    def received(self, size_bytes: int, now: float) -> None:
        """Take note of a frame."""
        self._frames += 1
        self._bytes += size_bytes
        if self._frames >= _AFTER_FRAMES or self._bytes >= _AFTER_BYTES:
            self.due_at = -math.inf
        elif self.due_at == math.inf:
            self.due_at = now + _AFTER_S

    def is_due(self, now: float) -> bool:
        """Tell whether an acknowledgement must go out now."""
        return now >= self.due_at

    def sent(self) -> None:
        """Take note that everything received so far is being acknowledged."""
        self.due_at = math.inf
        self._frames = self._bytes = 0
