"""When to acknowledge frames although there is nothing else to send (rule D2). No clock of its own, no threads."""

from __future__ import annotations

from typing import Final

from ray_client_proto.wire import limits

_AFTER_S: Final = 0.04  #: D2 says 50 ms; the rest is for the way through the threads
_AFTER_FRAMES: Final = 32
_AFTER_BYTES: Final = limits.MIB


class AckTimer:
    """Knows what was received since the last acknowledgement.

    Not thread-safe: whoever owns the session's lock owns it.
    """

    def __init__(self) -> None:
        self._due_at: float | None = None
        self._frames = self._bytes = 0
        self._was_active = False
        self._sleeps_long = False

    def received(self, size_bytes: int, now: float) -> bool:
        """Take note of a frame; tell whether the sender must be woken.

        While frames keep coming the sender sleeps for short times only, so that a request and its answer, which
        acknowledges it, cost one wake-up and not two.
        """
        self._frames += 1
        self._bytes += size_bytes
        self._was_active = True
        if self._due_at is None:
            self._due_at = now + _AFTER_S
        return self._sleeps_long or self._is_much()

    def _is_much(self) -> bool:
        return self._frames >= _AFTER_FRAMES or self._bytes >= _AFTER_BYTES

    def is_due(self, now: float) -> bool:
        """Tell whether an acknowledgement must go out now."""
        return self._due_at is not None and (now >= self._due_at or self._is_much())

    def sleep_s(self, now: float) -> float | None:
        """Give how long the sender may sleep if nothing wakes it; None for ever."""
        if self._due_at is not None:
            return max(self._due_at - now, 0.0)
        self._sleeps_long = not self._was_active
        self._was_active = False
        return None if self._sleeps_long else _AFTER_S

    def sent(self) -> None:
        """Take note that everything received so far is being acknowledged."""
        self._due_at = None
        self._frames = self._bytes = 0
