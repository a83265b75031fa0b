"""The session's end in the driver: takes the client's frames, keeps its own until they are acknowledged.

Delivery itself, rules D1 to D5, is a machine that the client has too. This knows nothing of gRPC or Ray: frames go in,
encoded frames come out, operations go to `carry_out`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.frame_pb2 import Attach, Attached, ClientFrame, ServerFrame
from ray_client_proto.v1.operation_pb2 import Operation, Reply
from ray_client_proto.wire import limits as wire_limits
from ray_client_proto.wire.delivery import Delivery, encode_part
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.errors import OperationError, refused
from ray_client_server.driver.transfers import violations

_BACKLOG_BYTES: Final = 8 * wire_limits.MIB  #: replies waiting for room in the outbox; values wait beyond that

_GATHER_S: Final = 0.002  #: how long a reply waits for others to the same request, which save messages of their own

CarryOut = Callable[[Operation, Answer], None]


class DriverSession:
    """Frames in and out, each exactly once and in order, over any number of streams (rules D1 to D8).

    Invariant: at most one stream is current, and only that one accepts or sends frames. `_changed` guards every
    field but those of `_carrying`. Safe from any thread.
    """

    def __init__(
        self,
        carry_out: CarryOut,
        *,
        replay_bytes: int,
        lease_s: float,
        on_end: Callable[[str], None],
        on_attach: Callable[[bool], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._carry_out, self._on_end, self._on_attach = carry_out, on_end, on_attach
        self._lease_s, self._clock = lease_s, clock
        self._changed = threading.Condition(threading.Lock())
        self._delivery = Delivery(replay_bytes)
        self._stream: Stream | None = None
        self._attach_count = 0
        self._silent_since: float | None = clock()
        self._forgotten: set[int] = set()
        self._unanswered: dict[int, int] = {}  # request -> replies to come
        self.has_disconnected = False
        self.end_reason: str | None = None
        self._carrying = threading.Condition(threading.Lock())
        self._carried_seq = 0

    # -- streams

    def attach(self, attach: Attach) -> Stream:
        """Make a new stream the session's own; the one before is taken over (D5, D6).

        Raises:
            OperationError: the session has ended, or the client claims to have seen what was never sent.
        """
        with self._changed:
            self._refuse_if_ended()
            with violations():
                self._delivery.attached(attach.last_seen_seq)
            self._attach_count += 1
            seen = self._delivery.last_accepted
            attached = ServerFrame(ack=seen, attached=Attached(last_seen_seq=seen, attach_count=self._attach_count))
            self._stream = stream = Stream(self, [attached.SerializeToString(), *self._delivery.replay()])
            self._silent_since = None
            self._changed.notify_all()
        self._on_attach(True)
        return stream

    def detach(self, stream: Stream) -> None:
        """Take note that a stream is gone; the session goes on, for the length of its lease (D8)."""
        with self._changed:
            stream.is_closed = True
            was_current = self._stream is stream
            has_disconnected = self.has_disconnected
            if was_current:
                self._stream = None
                self._silent_since = self._clock()
            self._changed.notify_all()
        if was_current:
            self._on_attach(False)
        if has_disconnected:
            self.end("disconnected")

    def silent_left_s(self) -> float | None:
        """Give the seconds until the lease expires; None while a stream is there."""
        with self._changed:
            if self._silent_since is None:
                return None
            return self._silent_since + self._lease_s - self._clock()

    def _refuse_if_ended(self) -> None:
        if self.end_reason is not None:
            raise refused(Failure.SESSION_ENDED, f"the session has ended: {self.end_reason}", reason=self.end_reason)

    # -- frames of the client

    def receive(self, stream: Stream, frame: ClientFrame, size_bytes: int) -> None:
        """Take a frame of the client's and carry out what it asks for, if it is new.

        Raises:
            OperationError: the frame breaks a rule, the stream was taken over, or the session has ended.
        """
        with self._changed:
            self._check_current(stream)
            with violations():
                received = self._delivery.receive(frame.seq, frame.ack, size_bytes, self._clock())
            if received.made_room or received.wakes_sender:
                self._changed.notify_all()
            if not received.is_new:
                return
            self._unanswered.update((op.request_id, count) for op in frame.operations if (count := _replies_to(op)))
        with self._carrying:
            # Only a frame of a stream that was taken over in the middle can be under way; it comes first (D7).
            while self._carried_seq != frame.seq - 1:
                self._carrying.wait()
            for operation in frame.operations:
                self._carry(operation)
            self._carried_seq = frame.seq
            self._carrying.notify_all()

    def _carry(self, operation: Operation) -> None:
        kind = operation.WhichOneof("kind")
        if kind == "forget":
            with self._changed:
                if operation.forget.request_id in self._unanswered:
                    self._forgotten.add(operation.forget.request_id)
                    self._changed.notify_all()
        elif kind == "disconnect":
            with self._changed:
                self.has_disconnected = True
                self._changed.notify_all()
        else:
            self._carry_out(operation, Answer(operation.request_id, self, _replies_to(operation)))

    def carry_single(self, operation: Operation, answer: Answer) -> None:
        """Carry out an operation that came on its own, between those of the data stream.

        Raises:
            OperationError: the session has ended.
        """
        with self._changed:
            self._refuse_if_ended()
        with self._carrying:
            self._carry_out(operation, answer)

    # -- replies (the `Sink` of the data channel)

    def deliver(self, reply: Reply, more_follow: bool = False) -> None:
        """Queue a reply for the next frame, which waits a little for those that follow."""
        part = encode_part(reply.SerializeToString())  # outside of the lock, and once
        with self._changed:
            self._count_down(reply.request_id)
            if self._delivery.queue(part, self._clock(), _GATHER_S if more_follow else 0.0):
                self._changed.notify_all()

    def wait_for_room(self) -> None:
        """Return when a value may be queued, or when the session has ended."""
        with self._changed:
            while self._delivery.queued_bytes > _BACKLOG_BYTES and self.end_reason is None:
                self._changed.wait()

    def skip(self, request_id: int) -> None:
        """Count a reply that will not come."""
        with self._changed:
            self._count_down(request_id)

    def _count_down(self, request_id: int) -> None:
        left = self._unanswered.get(request_id, 1) - 1
        if left > 0:
            self._unanswered[request_id] = left
        else:
            self._unanswered.pop(request_id, None)
            self._forgotten.discard(request_id)
            if not self._unanswered:
                self._changed.notify_all()

    def is_forgotten(self, request_id: int) -> bool:
        """Tell whether the client no longer wants the replies to a request."""
        return request_id in self._forgotten

    # -- frames of ours

    def next_message(self, stream: Stream) -> bytes | None:
        """Give the next message for a stream, waiting for it; None when it is at its end.

        Raises:
            OperationError: the stream was taken over, has failed, or the session has ended.
        """
        with self._changed:
            while not stream.is_closed and not stream.said_last:
                self._check_current(stream)
                now, backlog_bytes = self._clock(), self._delivery.queued_bytes
                message = self._delivery.take(now)
                if message is None and self.has_disconnected:
                    stream.said_last = True
                    message = self._delivery.acknowledgement()
                if message is not None:
                    if backlog_bytes > _BACKLOG_BYTES:
                        self._changed.notify_all()  # for who waits for room
                    return message
                self._changed.wait(self._delivery.sleep_s(now))
        if stream.said_last:
            self.end("disconnected")
        return None

    def _check_current(self, stream: Stream) -> None:
        if stream.failure is not None:
            raise OperationError(stream.failure)
        if self._stream is not stream:
            raise refused(Failure.SESSION_TAKEN_OVER, "D6: another stream has attached to the session")
        self._refuse_if_ended()

    def fail(self, stream: Stream, failure: Failure) -> None:
        """End one stream with a failure; the session goes on."""
        with self._changed:
            stream.failure = failure
            self._changed.notify_all()

    # -- the end

    def end(self, reason: str) -> None:
        """End the session for good; the first reason counts."""
        with self._changed:
            if self.end_reason is not None:
                return
            self.end_reason = reason
            self._changed.notify_all()
        self._on_end(reason)

    def wait_until_idle(self, within_s: float) -> bool:
        """Wait until all requests are answered or forgotten, and answers acknowledged; tell whether that came about."""

        def is_idle() -> bool:
            return self._unanswered.keys() <= self._forgotten and self._delivery.is_idle

        with self._changed:
            return self._changed.wait_for(lambda: is_idle() or self.end_reason is not None, within_s)


class Stream:
    """One data stream of the session, from its attach to its end. The session's lock guards it."""

    def __init__(self, session: DriverSession, first: list[bytes]) -> None:
        self._session, self._first = session, first
        self.is_closed = False
        self.said_last = False
        self.failure: Failure | None = None

    def messages(self) -> Iterator[bytes]:
        """Yield what the client is to get, from `Attached` and the replay on; ends after a disconnect or a cut.

        Raises:
            OperationError: the stream was taken over, has failed, or the session has ended.
        """
        while self._first:
            yield self._first.pop(0)
        while (message := self._session.next_message(self)) is not None:
            yield message

    def receive(self, frame: ClientFrame, size_bytes: int) -> None:
        """Take a frame of the client's, as `DriverSession.receive`."""
        self._session.receive(self, frame, size_bytes)

    def fail(self, failure: Failure) -> None:
        """End this stream with a failure; the session goes on."""
        self._session.fail(self, failure)

    def has_half_closed(self) -> None:
        """Take note that the client will send no more: a cut, but for a disconnect, which is still acknowledged."""
        if not self._session.has_disconnected:
            self.close()

    def close(self) -> None:
        """Take note that the stream is gone."""
        self._session.detach(self)


def _replies_to(operation: Operation) -> int:
    """Tell how many replies an operation will have (O2, O3)."""
    if operation.request_id == 0:
        return 0
    kind = operation.WhichOneof("kind")
    if kind == "get":
        return len(operation.get.object_ids)
    return 0 if kind in ("forget", "disconnect") else 1
