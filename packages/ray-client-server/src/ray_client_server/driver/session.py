"""The session's end in the driver: takes the client's frames, keeps its own until they are acknowledged.

Delivery itself, rules D1 to D5, is a machine that the client has too. This knows nothing of gRPC or Ray: frames go in,
encoded frames come out, operations go to `carry_out`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from ray_client_proto.channel import Channel, Outlet
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.frame_pb2 import Attach, Attached, ClientFrame, ServerFrame
from ray_client_proto.v1.operation_pb2 import Operation, Output, Reply
from ray_client_proto.wire import limits as wire_limits
from ray_client_proto.wire.delivery import encode_part
from ray_client_proto.wire.errors import ProtocolError
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.errors import OperationError, refused

log = logging.getLogger(__name__)

_REQUESTS: Final = 1_000_000  #: of a session that are not answered yet
_BACKLOG_BYTES: Final = 8 * wire_limits.MIB  #: replies waiting for room in the outbox; values wait beyond that

CarryOut = Callable[[Operation, Answer], None]


class Way(Outlet, Protocol):
    """The way out of a data stream, which the session may end."""

    def end(self, failure: Failure | None) -> None:
        """Have the stream end after what was posted, with a failure if there is one; never blocks. May be repeated."""


class DriverSession:
    """Frames in and out, each exactly once and in order, over any number of streams (rules D1 to D8).

    Invariant: at most one stream is current, and only that one accepts or sends frames. The channel's lock guards every
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
        self._channel = Channel(replay_bytes, name="session-channel", clock=clock)
        self._lock, self._changed = self._channel.lock, self._channel.changed
        self.freed = self._channel.freed  #: for ways to call when they can take more
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

    def attach(self, attach: Attach, way: Way) -> Stream:
        """Make a new stream the session's own; the one before is taken over (D5, D6).

        Raises:
            OperationError: the session has ended, or the client claims to have seen what was never sent.
        """
        with self._lock:
            self._refuse_if_ended()
            try:
                self._channel.check_seen(attach.last_seen_seq)
            except ProtocolError as error:
                raise refused(Failure.PROTOCOL_VIOLATION, str(error)) from error
            before, self._stream = self._stream, (stream := Stream(self, way))
            if before is not None:
                before.way.end(_taken_over())
            self._attach_count += 1
            seen = self._channel.last_accepted
            attached = ServerFrame(ack=seen, attached=Attached(last_seen_seq=seen, attach_count=self._attach_count))
            way.post(attached.SerializeToString())
            self._channel.attach(way)
            self._silent_since = None
        self._on_attach(True)
        return stream

    def detach(self, stream: Stream) -> None:
        """Take note that a stream is gone; the session goes on, for the length of its lease (D8)."""
        with self._lock:
            self._channel.detach(stream.way)
            stream.way.end(None)
            was_current = self._stream is stream
            if was_current:
                self._stream = None
                self._silent_since = self._clock()
        if was_current:
            self._on_attach(False)

    def silent_left_s(self) -> float | None:
        """Give the seconds until the lease expires; None while a stream is there."""
        with self._lock:
            if self._silent_since is None:
                return None
            return self._silent_since + self._lease_s - self._clock()

    def renew_lease(self) -> None:
        """Count the client's silence from now on."""
        with self._lock:
            if self._silent_since is not None:
                self._silent_since = self._clock()

    def _refuse_if_ended(self) -> None:
        if self.end_reason is not None:
            raise OperationError(self._ended())

    def _ended(self) -> Failure:
        reason = str(self.end_reason)
        return refused(Failure.SESSION_ENDED, f"the session has ended: {reason}", reason=reason).failure

    # -- frames of the client

    def receive(self, stream: Stream, frame: ClientFrame, size_bytes: int) -> None:
        """Take a frame of the client's and carry out what it asks for, if it is new.

        Raises:
            OperationError: the frame breaks a rule, the stream was taken over, or the session has ended.
        """
        with self._lock:
            if self._stream is not stream:
                raise OperationError(_taken_over())
            self._refuse_if_ended()
            try:
                is_new = self._channel.receive(frame.seq, frame.ack, size_bytes)
            except ProtocolError as error:
                raise refused(Failure.PROTOCOL_VIOLATION, str(error)) from error
            if not is_new:
                return
            for operation in frame.operations:
                if count := _replies_to(operation):
                    self._unanswered[operation.request_id] = count
        with self._carrying:
            # Only a frame of a stream that was taken over in the middle can be under way; it comes first (D7).
            while self._carried_seq != frame.seq - 1:
                self._carrying.wait()
            for operation in frame.operations:
                try:
                    self._carry(operation)
                # A fault of ours, since whatever user code raises is an answer: the session must go on.
                except BaseException:  # noqa: BLE001
                    self._answer_fault(operation)
            self._carried_seq = frame.seq
            self._carrying.notify_all()

    def _carry(self, operation: Operation) -> None:
        kind = operation.WhichOneof("kind")
        if kind == "forget":
            with self._lock:
                if operation.forget.request_id in self._unanswered:
                    self._forgotten.add(operation.forget.request_id)
                    self._changed.notify_all()
        elif kind == "disconnect":
            self._disconnect()
        elif len(self._unanswered) > _REQUESTS and _replies_to(operation):
            text = f"{_REQUESTS} requests of the session wait for their answers, and no more may; let some be answered"
            self._answer_all(operation, refused(Failure.LIMIT_EXCEEDED, text, limit="requests", value=str(_REQUESTS)))
        else:
            self._carry_out(operation, Answer(operation.request_id, self, _replies_to(operation)))

    def _answer_fault(self, operation: Operation) -> None:
        kind = operation.WhichOneof("kind")
        log.exception("operation.fault kind=%s request_id=%d", kind, operation.request_id)
        text = f"the driver could not carry out {kind}: a fault of the server's, which its log describes"
        self._answer_all(operation, refused(Failure.RAY_ERROR, text))

    def _answer_all(self, operation: Operation, error: OperationError) -> None:
        for index in range(_replies_to(operation)):
            self.deliver(Reply(request_id=operation.request_id, index=index, failure=error.failure))

    def _disconnect(self) -> None:
        """Acknowledge the client's last word with ours, and end."""
        with self._lock:
            self.has_disconnected = True
            if self._stream is not None:
                self._channel.send_last()
                self._stream.way.end(None)
        self.end("disconnected")

    def carry_single(self, operation: Operation, answer: Answer) -> None:
        """Carry out an operation that came on its own, between those of the data stream.

        Raises:
            OperationError: the session has ended.
        """
        with self._lock:
            self._refuse_if_ended()
        with self._carrying:
            self._carry_out(operation, answer)

    # -- replies (the `Sink` of the data channel)

    def deliver(self, reply: Reply, more_follow: bool = False) -> None:
        """Queue a reply for the next frame, which waits a little for those that follow."""
        part = encode_part(reply.SerializeToString())  # outside of the lock, and once
        with self._lock:
            self._count_down(reply.request_id)
            self._channel.queue(part, may_wait=more_follow)

    def wait_for_room(self) -> None:
        """Return when a value may be queued, or when the session has ended."""
        with self._lock:
            while self._channel.queued_bytes > _BACKLOG_BYTES and self.end_reason is None:
                self._changed.wait()

    def emit(self, output: Output) -> bool:
        """Queue what a library has written, in order with the replies; false where the client is too far behind."""
        part = encode_part(Reply(output=output).SerializeToString())
        with self._lock:
            if self._channel.queued_bytes > _BACKLOG_BYTES:
                return False
            self._channel.queue(part, may_wait=True)
        return True

    def skip(self, request_id: int) -> None:
        """Count a reply that will not come."""
        with self._lock:
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

    # -- the end

    def end(self, reason: str) -> None:
        """End the session for good; the first reason counts."""
        with self._lock:
            if self.end_reason is not None:
                return
            self.end_reason = reason
            if self._stream is not None and not self.has_disconnected:
                self._stream.way.end(self._ended())
            self._changed.notify_all()
        self._channel.close()
        self._on_end(reason)

    def wait_until_idle(self, within_s: float) -> bool:
        """Wait until all requests are answered or forgotten, and answers acknowledged; tell whether that came about."""

        def is_idle() -> bool:
            return self._unanswered.keys() <= self._forgotten and self._channel.is_idle

        with self._lock:
            return self._changed.wait_for(lambda: is_idle() or self.end_reason is not None, within_s)


class Stream:
    """One data stream of the session, from its attach to its end."""

    def __init__(self, session: DriverSession, way: Way) -> None:
        self._session, self.way = session, way

    def receive(self, frame: ClientFrame, size_bytes: int) -> None:
        """Take a frame of the client's, as `DriverSession.receive`."""
        self._session.receive(self, frame, size_bytes)

    def close(self) -> None:
        """Take note that the stream is gone."""
        self._session.detach(self)


def _taken_over() -> Failure:
    return refused(Failure.SESSION_TAKEN_OVER, "D6: another stream has attached to the session").failure


def _replies_to(operation: Operation) -> int:
    """Tell how many replies an operation will have (O2, O3)."""
    if operation.request_id == 0:
        return 0
    kind = operation.WhichOneof("kind")
    if kind == "get":
        return len(operation.get.object_ids)
    return 0 if kind in ("forget", "disconnect") else 1
