"""Frames accepted from the peer, each once and in order (docs/protocol.md, rules D1 to D4)."""

from __future__ import annotations

from ray_client_proto.wire.errors import ProtocolError


class Inbox:
    """Accepts each frame once, in order, and knows what to acknowledge.

    Invariant: every frame from 1 to `last_seq` was accepted, and no other.
    Not thread-safe: the thread that reads the stream owns it.
    """

    def __init__(self) -> None:
        self.last_seq = 0

    def accept(self, seq: int) -> bool:
        """Tell whether the frame is new; False for one that was accepted before.

        Raises:
            ProtocolError: a frame is missing before this one; nothing changed.
        """
        if seq <= self.last_seq:
            return False
        if seq != self.last_seq + 1:
            raise ProtocolError(f"D1: frame {seq} came after {self.last_seq}; the ones between are missing")
        self.last_seq = seq
        return True
