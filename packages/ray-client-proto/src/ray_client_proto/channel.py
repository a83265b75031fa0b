"""One end of a session's data channel at work: the delivery machine, its lock, the stream that is there, and time.

Client and driver have the same. Whoever has something to say writes it to the stream itself while that is free, so a
message costs no second thread. A thread of the channel's own wakes for what is to go later: acknowledgements, replies
that wait for others, handles that were dropped.
"""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from ray_client_proto.threads import OnDeath, Thread
from ray_client_proto.wire.delivery import Delivery

LATE_S: Final = 0.02  #: dropped handles wait this long for others
GATHER_S: Final = 0.001  #: and parts that may wait for those that follow


class Outlet(Protocol):
    """The way out of a stream. All is called with the channel's lock held, and never blocks.

    What goes wrong shows where the stream is read. Once it is free again it tells the channel (`Channel.freed`).
    """

    @property
    def is_free(self) -> bool:
        """Whether a message would go out at once; what waits in the channel meanwhile shares a frame later."""

    def post(self, message: bytes) -> None:
        """Have a message sent, after those before it."""

    def cut(self) -> None:
        """Break the stream: nobody knows any more what went out."""


class Channel:
    """A `Delivery` that several threads use, and whatever stream there is at the moment.

    Whoever holds `lock` may call what says so; the rest takes it. `changed` is notified when there is room again, when
    streams come and go, and is free for whatever else the owner's threads wait for.

    Signal handlers may interrupt the main thread between any two steps of Python, also in here. So each change is
    marked as begun and as done. Who comes upon one that was not finished repairs the delivery and cuts the stream; the
    replay on the next one makes up for what may have been lost.
    """

    def __init__(
        self,
        replay_bytes: int,
        *,
        name: str,
        late_part: Callable[[], bytes | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        on_death: OnDeath | None = None,
    ) -> None:
        """Start the channel's thread, named `name`.

        Args:
            replay_bytes: bounds what is kept until the peer has it (D4).
            name: of the thread.
            late_part: gives a part of what `later` was called for, until it gives None; called in the thread.
            clock: gives the time in seconds.
            on_death: called with the reason if the thread dies, in place of the process's own (`threads`).
        """
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self._delivery = Delivery(replay_bytes)
        self._outlet: Outlet | None = None
        self._is_changing = False
        self._clock, self._late_part = clock, late_part
        self._is_closed = False
        # Below is the thread's own; others set `_wakes_at` and `_is_late`, and put into the queue, which is reentrant.
        self._wakes: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._wakes_at = -math.inf
        self._is_late = False
        Thread(name, self._run, on_death=on_death).start()

    # -- what goes out

    def fits(self, size_bytes: int) -> bool:
        """Tell whether a part of this size fits beside all that waits. The caller holds the lock."""
        return self._delivery.fits(size_bytes)

    @property
    def queued_bytes(self) -> int:
        """How much waits for room, or for the stream. The caller holds the lock."""
        return self._delivery.queued_bytes

    @property
    def is_idle(self) -> bool:
        """Whether all that was to go out has arrived. The caller holds the lock."""
        return self._delivery.is_idle

    def queue(self, part: bytes, may_wait: bool = False) -> None:
        """Have a part go out now if it can, else as soon as it can. The caller holds the lock.

        One that may wait does so for `GATHER_S`, while the peer has not yet answered what was sent before: those that
        follow closely share a frame with it. So the first of many goes at once.
        """
        self._settle()
        self._is_changing = True
        now = self._clock()
        self._delivery.queue(part, now, 0.0 if not may_wait or self._delivery.is_idle else GATHER_S)
        self._pump(now)
        self._is_changing = False

    def later(self) -> None:
        """Have `late_part` asked in a moment. Takes no lock, so that it may be called from `__del__`."""
        if not self._is_late:
            self._is_late = True
            self._wakes.put(None)

    def send_last(self) -> None:
        """Send all that there is room for, and an acknowledgement at its end. The caller holds the lock."""
        self._settle()
        outlet, now = self._outlet, self._clock()
        if outlet is not None:
            while (message := self._delivery.take(now)) is not None:
                outlet.post(message)
            outlet.post(self._delivery.acknowledgement())

    def freed(self) -> None:
        """Learn from the stream that it is free again."""
        with self.lock:
            self._settle()
            self._is_changing = True
            self._pump(self._clock())
            self._is_changing = False
            self.changed.notify_all()

    def _pump(self, now: float) -> None:
        """Send what can go, and have the thread wake for what is to go later."""
        outlet = self._outlet
        while outlet is not None and outlet.is_free and (message := self._delivery.take(now)) is not None:
            outlet.post(message)
        due_at = self._due_at(now)
        if due_at < self._wakes_at:
            self._wakes_at = due_at
            self._wakes.put(None)

    def _due_at(self, now: float) -> float:
        # What a stream that is not free cannot take is sent by `freed`.
        return self._delivery.due_at(now) if self._outlet is not None and self._outlet.is_free else math.inf

    def _settle(self) -> None:
        """Make good what an interrupt left half done."""
        if self._is_changing:
            self._delivery.repair()
            if self._outlet is not None:
                self._outlet.cut()
                self._outlet = None
            self._is_changing = False

    # -- what comes in

    @property
    def last_accepted(self) -> int:
        """The number of the peer's last frame that was accepted. The caller holds the lock."""
        return self._delivery.last_accepted

    def receive(self, seq: int, ack: int, size_bytes: int) -> bool:
        """Take note of a message of the peer's; tell whether to carry out its parts. The caller holds the lock.

        Raises:
            ProtocolError: as `Delivery.receive`.
        """
        self._settle()
        received = self._delivery.receive(seq, ack, size_bytes, now := self._clock())
        self._pump(now)
        if received.made_room:
            self.changed.notify_all()
        return received.is_new

    # -- streams

    def check_seen(self, last_seen_seq: int) -> None:
        """Take what a peer has seen that is on a new stream (D5). The caller holds the lock.

        Raises:
            ProtocolError: it claims to have seen what was never sent.
        """
        self._settle()
        if self._delivery.attached(last_seen_seq):
            self.changed.notify_all()

    def attach(self, outlet: Outlet) -> None:
        """Make a stream the channel's own, and send on it what the peer may not have. The caller holds the lock."""
        for frame in self._delivery.replay():
            outlet.post(frame)
        self._outlet = outlet
        self._pump(self._clock())
        self.changed.notify_all()

    def detach(self, outlet: Outlet) -> None:
        """Have no stream any more, if it was this one. The caller holds the lock."""
        self._settle()
        if self._outlet is outlet:
            self._outlet = None
        self.changed.notify_all()

    def close(self) -> None:
        """End the channel's thread; takes no lock."""
        self._is_closed = True
        self._wakes.put(None)

    # -- the thread

    def _run(self) -> None:
        late_at = math.inf
        while not self._is_closed:
            now = self._clock()
            if self._is_late and late_at == math.inf:
                late_at = now + LATE_S
            if now >= late_at:
                late_at = math.inf
                self._is_late = False  # before they are collected: who comes after that wakes this thread again
                self._send_late()
            with self.lock:
                self._settle()
                self._pump(now)
                # A time that is still to come stays, though what was to go then may have gone with something else: or
                # each message that is answered at once would wake this thread, beside the one that answers.
                pending_at = self._wakes_at if self._wakes_at > now else math.inf
                self._wakes_at = min(self._due_at(now), late_at, pending_at)
            sleep_s = None if self._wakes_at == math.inf else max(self._wakes_at - self._clock(), 0.0)
            try:
                self._wakes.get(timeout=sleep_s)
            except queue.Empty:
                continue

    def _send_late(self) -> None:
        while (part := self._late_part()) is not None:
            with self.lock:
                self.queue(part)


class PulledOutlet:
    """An outlet whose messages another thread pulls, as gRPC does."""

    def __init__(self, freed: Callable[[], None]) -> None:
        """`freed` is called, without any lock held, when a message was pulled and no other is there."""
        self._freed = freed
        self._messages: queue.SimpleQueue[bytes | Exception | None] = queue.SimpleQueue()
        self.is_free = True

    def post(self, message: bytes) -> None:
        self.is_free = False
        self._messages.put(message)

    @property
    def is_behind(self) -> bool:
        """Whether there are messages that nobody has pulled yet."""
        return not self._messages.empty()

    def cut(self) -> None:
        self.finish()

    def finish(self, error: Exception | None = None) -> None:
        """Have the messages end after those that are there, with an error if there is one."""
        self._messages.put(error)

    def messages(self) -> Iterator[bytes]:
        """Yield the messages to their end.

        Raises:
            Exception: what `finish` was given.
        """
        while isinstance(message := self._messages.get(), bytes):
            yield message
            if not self.is_behind:
                self.is_free = True
                self._freed()
        if message is not None:
            raise message
