"""The data channel: operations out, replies in, across as many streams as it takes.

Delivery itself, rules D1 to D5 of docs/protocol.md, is a machine that the driver has too; this is the client's edge of
it. Callers send their operations themselves; the link's thread reads what comes back, and reattaches after a cut.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Protocol

from ray_client.errors import ProtocolViolationError, SessionClosedError, SessionLostError
from ray_client.session.blocking import stretch_s, wait_until
from ray_client.tracebacks import fresh
from ray_client.transport.backoff import BackoffPolicy
from ray_client.transport.stream import Stream, StreamCutError
from ray_client_proto.channel import Channel
from ray_client_proto.threads import Thread
from ray_client_proto.v1 import frame_pb2, operation_pb2
from ray_client_proto.wire.delivery import encode_part
from ray_client_proto.wire.errors import WireError

log = logging.getLogger(__name__)

_KEPT_S = 86_400.0  # away, with a call under way, before the session is given up
_RELEASES = 10_000  # at most, in one operation


class OpenStream(Protocol):
    """Opens a data stream, which calls `freed` whenever it can take more."""

    def __call__(self, freed: Callable[[], None]) -> Stream: ...


class DataLink:
    """Carries a session's operations out exactly once and in order, and its replies in.

    Invariant: an operation is queued in the channel, or in a frame that it keeps, or acknowledged.
    `send` and `release` are safe from any thread; `release` also from `__del__`, since it takes no lock.
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

        self._dropped: deque[int] = deque()
        self._channel = Channel(
            replay_bytes,
            name=f"ray-client-channel-{session_id[:8]}",
            late_part=self._release_dropped,
            on_death=self._died,
        )
        # The channel's lock guards everything below; its `changed` is notified at the end too.
        self._stream: Stream | None = None
        self._is_attached = self._was_attached = False
        self._end: Exception | None = None
        self._is_disconnecting = False

        #: Requests that hold the session past its lease (X8). What waits for one waits while nobody is in reach.
        self.calls: set[int] = set()
        self._first_attach = threading.Event()
        self._reader = Thread(f"ray-client-link-{session_id[:8]}", self._run, on_death=self._died)

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
        """Send an operation; unless urgent, wait while the frames not yet acknowledged leave no room.

        Raises:
            SessionError: the session has ended.
        """
        part = encode_part(operation.SerializeToString())  # in the caller's thread, and once
        channel = self._channel
        with channel.lock:
            while self._end is None and not is_urgent and not channel.fits(len(part)):
                channel.changed.wait(stretch_s())
            if self._end is not None:
                raise fresh(self._end)
            channel.queue(part)

    def release(self, handle_id: int) -> None:
        """Give back one count of a handle that was dropped, with others after a moment."""
        self._dropped.append(handle_id)
        self._channel.later()

    @property
    def is_attached(self) -> bool:
        """Whether there is a stream that the driver has answered on; one that is stalled may pass for it."""
        return self._is_attached

    def disconnect(self, timeout_s: float) -> None:
        """Tell the driver that this client is done; wait until everything before it was carried out."""
        goodbye = operation_pb2.Operation(disconnect=operation_pb2.Disconnect())
        with self._channel.lock:
            if self._end is not None:
                return
            self._is_disconnecting = True
            self._channel.queue(encode_part(goodbye.SerializeToString()))
        wait_until(self._has_read_all, timeout_s)
        self._finish(SessionClosedError(self._session_id))

    def _has_read_all(self, within_s: float | None) -> bool:
        self._reader.join(within_s)
        return not self._reader.is_alive()

    def _release_dropped(self) -> bytes | None:
        """Give an operation for handles that were dropped; None when there are no more. In the channel's thread."""
        counts = Counter(self._dropped.popleft() for _ in range(min(len(self._dropped), _RELEASES)))
        if not counts:
            return None
        release = operation_pb2.Release(ids=list(counts), counts=list(counts.values()))
        return encode_part(operation_pb2.Operation(release=release).SerializeToString())

    # The reader: the link's own thread.

    def _run(self) -> None:
        delays = self._backoff.delays()
        away_since_s = time.monotonic()
        while self._end is None:
            try:
                is_finished = self._read_stream()
            except StreamCutError as cut:
                if self._is_disconnecting and self._channel.is_idle:
                    self._finish(SessionClosedError(self._session_id))  # the driver has our last word, and may be gone
                    continue
                if self._was_attached:  # it had worked: start counting anew
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
        self._was_attached = False
        stream = self._open_stream(self._channel.freed)
        with self._channel.lock:
            self._stream = stream
            if self._end is not None:
                stream.close()
        attach = frame_pb2.Attach(last_seen_seq=self._channel.last_accepted)
        try:
            stream.post(frame_pb2.ClientFrame(attach=attach).SerializeToString())
            for encoded in stream:
                self._receive(encoded, stream)
        finally:
            stream.close()
            with self._channel.lock:
                self._channel.detach(stream)
                self._stream, self._is_attached = None, False
        if not self._is_disconnecting:
            raise StreamCutError("the stream ended without a word")
        return True

    def _receive(self, encoded: bytes, stream: Stream) -> None:
        frame = frame_pb2.ServerFrame.FromString(encoded)
        with self._channel.lock:
            if frame.HasField("attached"):
                self._channel.check_seen(frame.attached.last_seen_seq)
                self._channel.attach(stream)
                self._is_attached = self._was_attached = True
                self._first_attach.set()
                log.debug("session.attached session=%s count=%d", self._session_id, frame.attached.attach_count)
            is_new = self._channel.receive(frame.seq, frame.ack, len(encoded))
        if is_new:
            for reply in frame.replies:
                self._on_reply(reply)

    def _wait_to_retry(self, delay_s: float | None, away_s: float, cut: StreamCutError) -> bool:
        """Wait before the next try; False, and the session is lost, when there is no use in one."""
        if delay_s is None or (away_s > self._lease_s and not (self.calls and away_s < _KEPT_S)):
            reason = f"no contact for {away_s:.0f} s, and its lease is {self._lease_s:.0f} s (last: {cut})"
            self._finish(SessionLostError(self._session_id, reason))
            return False
        log.info("session.cut session=%s away_s=%.1f retry_s=%.2f because=%s", self._session_id, away_s, delay_s, cut)
        with self._channel.lock:
            self._channel.changed.wait_for(lambda: self._end is not None, timeout=delay_s)
        return True

    def _died(self, reason: str) -> None:
        self._finish(SessionLostError(self._session_id, reason))

    def _finish(self, error: Exception) -> None:
        """End the link, once: wake everybody, and fail what waits with `error`."""
        with self._channel.lock:
            if self._end is not None:
                return
            self._end = error
            stream = self._stream
            self._channel.changed.notify_all()
        self._channel.close()
        self._first_attach.set()
        if stream is not None:
            stream.close()
        self._on_end(error)
