"""Frames that were sent but not yet acknowledged (docs/protocol.md, rules D1 to D4)."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from ray_client_proto.wire.errors import BackpressureError, ProtocolError


class Sent(NamedTuple):
    """A frame as it went out: its number and its encoded bytes."""

    seq: int
    encoded: bytes


class Outbox:
    """Frames sent but not yet acknowledged, oldest first.

    Invariant: the kept frames are consecutive and end at `last_seq`; their bytes are `kept_bytes`.
    Not thread-safe: whoever owns the session's lock owns it.
    """

    def __init__(self, limit_bytes: int) -> None:
        if limit_bytes <= 0:
            raise ValueError(f"an outbox needs room: limit_bytes={limit_bytes}")
        self.limit_bytes = limit_bytes
        self.last_seq = 0
        self.kept_bytes = 0
        self._kept: deque[Sent] = deque()

    @property
    def next_seq(self) -> int:
        """The number that the next frame must carry."""
        return self.last_seq + 1

    def has_room(self, size_bytes: int) -> bool:
        """Tell whether a frame of this size fits now; an empty outbox takes one of any size."""
        return not self._kept or self.kept_bytes + size_bytes <= self.limit_bytes

    def push(self, encoded: bytes, is_admitted: bool = False) -> Sent:
        """Keep a frame, which was encoded with `next_seq`, until it is acknowledged.

        Args:
            encoded: the frame.
            is_admitted: its owner has waited for room before, for each operation in it.

        Raises:
            BackpressureError: it does not fit; nothing changed, so the caller may retry.
        """
        if not is_admitted and not self.has_room(len(encoded)):
            raise BackpressureError(len(encoded), self.limit_bytes - self.kept_bytes)
        self.last_seq += 1
        sent = Sent(self.last_seq, encoded)
        self._kept.append(sent)
        self.kept_bytes += len(encoded)
        return sent

    def acknowledge(self, seq: int) -> bool:
        """Forget frames up to and including `seq`; tell whether that made room.

        A repeated or late acknowledgement changes nothing.

        Raises:
            ProtocolError: the peer acknowledged a frame that was never sent; nothing changed.
        """
        if seq > self.last_seq:
            raise ProtocolError(f"D3: the peer acknowledged frame {seq}, but {self.last_seq} is the last one sent")
        before = len(self._kept)
        while self._kept and self._kept[0].seq <= seq:
            self.kept_bytes -= len(self._kept.popleft().encoded)
        return len(self._kept) < before

    def replay(self) -> tuple[Sent, ...]:
        """Give every kept frame, oldest first: what a new stream must carry before anything else."""
        return tuple(self._kept)
