"""The data channel: operations out, replies in, across as many streams as it takes.

Delivery itself, rules D1 to D5 of docs/protocol.md, is a machine that the driver has too; this is the client's edge of
it. Three kinds of thread meet here: callers queue operations; gRPC's own thread runs `_outgoing` and sends frames of
them; the link's thread reads what comes back and reattaches after a cut.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from ray_client.errors import ProtocolViolationError, SessionClosedError, SessionLostError
from ray_client.session.blocking import stretch_s, wait_until
from ray_client.tracebacks import fresh
from ray_client.transport.backoff import BackoffPolicy
from ray_client.transport.stream import Stream, StreamCutError
from ray_client_proto.v1 import frame_pb2, operation_pb2
from ray_client_proto.wire.delivery import Delivery, encode_part
from ray_client_proto.wire.errors import WireError

log = logging.getLogger(__name__)

_RELEASE_DELAY_S = 0.02  # dropped handles wait this long for an operation to ride with
_RELEASES = 10_000  # at most, in one operation


class OpenStream(Protocol):
    """Opens a data stream that sends what the iterator yields."""

    def __call__(self, outgoing: Iterator[bytes]) -> Stream: ...


class DataLink:
    """Carries a session's operations out exactly once and in order, and its replies in.

    Invariant: an operation is queued in the delivery, or in a frame that it keeps, or acknowledged.
    `send` and `release` are safe from any thread; `release` also from `__del__`, since it takes
    no lock: `SimpleQueue.put` is reentrant.
    """

    def __init__(
        self,
        session_id: str,
        open_stream: OpenStream,
        on_reply: Callable[[operation_pb2.Reply], None],
        on_end: Callable[[Exception], None],
        *,
        lease_s: float,
        replay_bytes: int,
        backoff: BackoffPolicy,
    ) -> None:
        self._session_id = session_id
        self._open_stream = open_stream
        self._on_reply = on_reply
        self._on_end = on_end
        self._lease_s = lease_s
        self._backoff = backoff

        # What wakes the writer: the id of a dropped handle, or None to look around.
        self._signals: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self.release: Callable[[int], None] = self._signals.put

        # Guards everything below; `_room` is notified when frames are acknowledged, when a stream
        # comes or goes, and at the end.
        self._lock = threading.Lock()
        self._room = threading.Condition(self._lock)
        self._delivery = Delivery(replay_bytes)
        self._stream: Stream | None = None
        self._stream_number = 0
        self._attached_number = 0
        self._end: Exception | None = None
        self._is_disconnecting = False

        self._first_attach = threading.Event()
        self._reader = threading.Thread(target=self._run, name=f"ray-client-link-{session_id[:8]}", daemon=True)

    def start(self, timeout_s: float) -> None:
        """Attach for the first time.

        Raises:
            SessionLostError: the session was not attached within `timeout_s`, or ended.
        """
        self._reader.start()
        if not wait_until(self._first_attach.wait, timeout_s):
            self._finish(SessionLostError(self._session_id, f"could not attach within {timeout_s:.0f} s"))
        if self._end is not None:
            raise fresh(self._end)

    def send(self, operation: operation_pb2.Operation, is_urgent: bool = False) -> None:
        """Queue an operation; unless urgent, wait while the frames not yet acknowledged leave no room.

        Raises:
            SessionError: the session has ended.
        """
        part = encode_part(operation.SerializeToString())  # in the caller's thread, and once
        with self._lock:
            while self._end is None and not is_urgent and not self._delivery.fits(len(part)):
                self._room.wait(stretch_s())
            if self._end is not None:
                raise fresh(self._end)
            self._delivery.queue(part, time.monotonic())
        self._signals.put(None)

    @property
    def is_attached(self) -> bool:
        """Whether there is a stream that the driver has answered on; one that is stalled may pass for it."""
        return self._stream is not None and self._attached_number == self._stream_number

    def disconnect(self, timeout_s: float) -> None:
        """Tell the driver that this client is done; wait until everything before it was carried out."""
        with self._lock:
            if self._end is not None:
                return
            self._is_disconnecting = True
            goodbye = operation_pb2.Operation(disconnect=operation_pb2.Disconnect())
            self._delivery.queue(encode_part(goodbye.SerializeToString()), time.monotonic())
        self._signals.put(None)
        wait_until(self._has_read_all, timeout_s)
        self._finish(SessionClosedError(self._session_id))

    def _has_read_all(self, within_s: float | None) -> bool:
        self._reader.join(within_s)
        return not self._reader.is_alive()

    # The writer: runs in a thread of gRPC's, one for each stream.

    def _outgoing(self, number: int) -> Iterator[bytes]:
        """Yield what stream `number` must send: attach, replay, then new frames."""
        attach = frame_pb2.Attach(last_seen_seq=self._delivery.last_accepted)
        yield frame_pb2.ClientFrame(attach=attach).SerializeToString()
        with self._lock:
            self._room.wait_for(lambda: self._attached_number == number or not self._is_current(number))
            replay = self._delivery.replay()
        yield from replay
        while self._is_current(number):
            self._take_dropped(number)
            with self._lock:
                # The writer of a cut stream may still be here: what it took now, the next one has not replayed.
                message = self._delivery.take(time.monotonic()) if self._is_current(number) else None
            if message is not None:
                yield message

    def _is_current(self, number: int) -> bool:
        return self._stream_number == number and self._end is None

    def _take_dropped(self, number: int) -> None:
        """Wait until there is something to send, at most until an acknowledgement is due; queue dropped handles."""
        with self._lock:
            sleep_s = self._delivery.sleep_s(time.monotonic())
        try:
            signal = self._signals.get(timeout=sleep_s) if sleep_s != 0.0 else self._signals.get_nowait()
        except queue.Empty:
            return
        dropped: list[int] = []
        # Dropped handles alone wait a little: most often an operation follows that they can ride with.
        patient_until_s = time.monotonic() + _RELEASE_DELAY_S if signal is not None else 0.0
        while len(dropped) < _RELEASES:
            if signal is None:
                patient_until_s = 0.0
            else:
                dropped.append(signal)
            left_s = patient_until_s and max(0.0, patient_until_s - time.monotonic())
            try:
                signal = self._signals.get(timeout=left_s) if left_s else self._signals.get_nowait()
            except queue.Empty:
                break
        if dropped:
            part = encode_part(_release(dropped).SerializeToString())
            with self._lock:
                self._delivery.queue(part, time.monotonic())
            if not self._is_current(number):
                self._signals.put(None)  # the next stream's writer may sleep already

    # The reader: the link's own thread.

    def _run(self) -> None:
        delays = self._backoff.delays()
        away_since_s = time.monotonic()
        while self._end is None:
            try:
                is_finished = self._read_stream()
            except StreamCutError as cut:
                if self._is_disconnecting and self._delivery.is_idle:
                    self._finish(SessionClosedError(self._session_id))  # the driver has our last word, and may be gone
                    continue
                if self._attached_number == self._stream_number:  # it had worked: start counting anew
                    delays, away_since_s = self._backoff.delays(), time.monotonic()
                if not self._wait_to_retry(next(delays, None), time.monotonic() - away_since_s, cut):
                    return
            except WireError as exc:
                self._finish(ProtocolViolationError(self._session_id, str(exc)))
            except Exception as exc:  # noqa: BLE001 - typed errors of the stream (the session is gone), or a fault of ours
                self._finish(exc)
            else:
                if is_finished:
                    self._finish(SessionClosedError(self._session_id))

    def _read_stream(self) -> bool:
        """Open a stream and read it to its end; True if it ended because we disconnected."""
        with self._lock:
            self._stream_number += 1
            number = self._stream_number
            self._room.notify_all()
        self._signals.put(None)  # wakes the writer of the stream before
        stream = self._open_stream(self._outgoing(number))
        with self._lock:
            self._stream = stream
            is_ended = self._end is not None
        try:
            for encoded in () if is_ended else stream:
                self._receive(encoded, number)
        finally:
            stream.close()
            with self._lock:
                self._stream = None
        if not self._is_disconnecting:
            raise StreamCutError("the stream ended without a word")
        return True

    def _receive(self, encoded: bytes, number: int) -> None:
        frame = frame_pb2.ServerFrame.FromString(encoded)
        with self._lock:
            if frame.HasField("attached"):
                self._delivery.attached(frame.attached.last_seen_seq)
                self._attached_number = number
                self._first_attach.set()
                self._room.notify_all()
                log.debug("session.attached session=%s count=%d", self._session_id, frame.attached.attach_count)
            received = self._delivery.receive(frame.seq, frame.ack, len(encoded), time.monotonic())
            if received.made_room:
                self._room.notify_all()
            wakes_writer = received.wakes_sender or (received.made_room and self._delivery.queued_bytes > 0)
        if wakes_writer:
            self._signals.put(None)
        if received.is_new:
            for reply in frame.replies:
                self._on_reply(reply)

    def _wait_to_retry(self, delay_s: float | None, away_s: float, cut: StreamCutError) -> bool:
        """Wait before the next try; False, and the session is lost, when there is no use in one."""
        if delay_s is None or away_s > self._lease_s:
            reason = f"no contact for {away_s:.0f} s, and its lease is {self._lease_s:.0f} s (last: {cut})"
            self._finish(SessionLostError(self._session_id, reason))
            return False
        log.info("session.cut session=%s away_s=%.1f retry_s=%.2f because=%s", self._session_id, away_s, delay_s, cut)
        with self._lock:
            self._room.wait_for(lambda: self._end is not None, timeout=delay_s)
        return True

    def _finish(self, error: Exception) -> None:
        """End the link, once: wake everybody, and fail what waits with `error`."""
        with self._lock:
            if self._end is not None:
                return
            self._end = error
            stream = self._stream
            self._room.notify_all()
        self._signals.put(None)
        self._first_attach.set()
        if stream is not None:
            stream.close()
        self._on_end(error)


def _release(dropped: list[int]) -> operation_pb2.Operation:
    counts: dict[int, int] = {}
    for handle_id in dropped:
        counts[handle_id] = counts.get(handle_id, 0) + 1
    return operation_pb2.Operation(release=operation_pb2.Release(ids=list(counts), counts=list(counts.values())))
