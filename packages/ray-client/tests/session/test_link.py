"""The data channel over a peer in memory: rules D1 to D8 of docs/protocol.md, without network or clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from ray_client.errors import ProtocolViolationError, SessionClosedError, SessionError, SessionLostError
from ray_client.session.link import DataLink
from ray_client.transport.backoff import BackoffPolicy
from ray_client.transport.stream import StreamCutError
from ray_client_proto.channel import PulledOutlet
from ray_client_proto.v1 import frame_pb2, operation_pb2
from ray_client_proto.wire.delivery import Delivery, encode_part

OPERATIONS = 6


class Peer:
    """A driver in memory, which cuts its streams where it is told to. Its delivery is that of every driver.

    It answers each operation with a request id by one reply in a frame of its own.
    """

    def __init__(self, cut_before: set[int] = frozenset(), cut_after: set[int] = frozenset()) -> None:
        self.cut_before, self.cut_after = set(cut_before), set(cut_after)
        self.carried_out: list[operation_pb2.Operation] = []
        self.delivery = Delivery(1 << 30)
        self.streams = 0
        self.received = 0
        self.has_released = threading.Event()

    def open_stream(self, freed: Callable[[], None]) -> PeerStream:
        self.streams += 1
        return PeerStream(self, freed)

    def receive(self, frame: frame_pb2.ClientFrame) -> Iterator[bytes]:
        if self.delivery.receive(frame.seq, frame.ack, frame.ByteSize(), 0.0).is_new:
            for operation in frame.operations:
                self.carried_out.append(operation)
                if operation.WhichOneof("kind") == "release":
                    self.has_released.set()
                if operation.request_id:
                    reply = operation_pb2.Reply(request_id=operation.request_id, done=operation_pb2.Done())
                    self.delivery.queue(encode_part(reply.SerializeToString()), 0.0)
        while (message := self.delivery.take(1.0)) is not None:  # late enough to acknowledge what has no answer
            yield message

    @property
    def is_disconnected(self) -> bool:
        return bool(self.carried_out) and self.carried_out[-1].WhichOneof("kind") == "disconnect"


class PeerStream(PulledOutlet):
    """One stream to a `Peer`, which pulls what is sent in the thread that reads the stream."""

    def __init__(self, peer: Peer, freed: Callable[[], None]) -> None:
        super().__init__(freed)
        self.peer, self.outgoing = peer, self.messages()

    def __iter__(self) -> Iterator[bytes]:
        attach = frame_pb2.ClientFrame.FromString(next(self.outgoing)).attach
        delivery = self.peer.delivery
        delivery.attached(attach.last_seen_seq)
        attached = frame_pb2.Attached(last_seen_seq=delivery.last_accepted, attach_count=self.peer.streams)
        yield frame_pb2.ServerFrame(attached=attached).SerializeToString()
        yield from delivery.replay()
        for encoded in self.outgoing:
            frame = frame_pb2.ClientFrame.FromString(encoded)
            if frame.seq:
                self.peer.received += 1
                self._cut_if(self.peer.cut_before)
            yield from self.peer.receive(frame)
            if frame.seq:
                self._cut_if(self.peer.cut_after)
            if self.peer.is_disconnected:
                return

    def _cut_if(self, cuts: set[int]) -> None:
        if self.peer.received in cuts:
            cuts.remove(self.peer.received)
            raise StreamCutError(f"cut at message {self.peer.received}")

    def close(self) -> None:
        self.finish()


class Client:
    """A link with what it was told."""

    def __init__(
        self, open_stream: object, lease_s: float = 60, replay_bytes: int = 1 << 20, budget_s: float = 0
    ) -> None:
        self.replies: list[int] = []
        self.end: list[Exception] = []
        self.ended = threading.Event()
        self.answered = threading.Semaphore(0)
        backoff = BackoffPolicy(first_s=0.001, cap_s=0.002, budget_s=budget_s or lease_s)
        self.link = DataLink(
            "test-session",
            open_stream,  # type: ignore[arg-type]
            self._on_reply,
            self._on_end,
            lease_s=lease_s,
            replay_bytes=replay_bytes,
            backoff=backoff,
        )
        self.link.start(5)

    def raise_end(self) -> None:
        assert self.ended.wait(5)
        raise self.end[0]

    def _on_reply(self, reply: operation_pb2.Reply) -> None:
        self.replies.append(reply.request_id)
        self.answered.release()

    def _on_end(self, error: Exception) -> None:
        self.end.append(error)
        self.ended.set()

    def ask(self, number: int) -> None:
        """Send an operation and wait for its answer, so that each goes in a frame of its own."""
        self.link.send(operation_pb2.Operation(request_id=number, put=operation_pb2.Put(object_id=number)))
        assert self.answered.acquire(timeout=5)


@pytest.mark.parametrize("cut_at", range(1, OPERATIONS + 1))
@pytest.mark.parametrize("lost", ["frame", "answer"])
def test_a_cut_stream_carries_each_operation_out_once_and_in_order(cut_at: int, lost: str) -> None:
    """D1, D5, D7."""
    peer = Peer(cut_before={cut_at} if lost == "frame" else set(), cut_after={cut_at} if lost == "answer" else set())
    client = Client(peer.open_stream)
    for number in range(1, OPERATIONS + 1):
        client.ask(number)
    client.link.disconnect(5)
    assert [operation.put.object_id for operation in peer.carried_out[:-1]] == list(range(1, OPERATIONS + 1))
    assert client.replies == list(range(1, OPERATIONS + 1))
    assert peer.streams == 2


def test_disconnect_is_the_last_operation_and_ends_the_link() -> None:
    """D8."""
    peer = Peer()
    client = Client(peer.open_stream)
    client.ask(1)
    client.link.disconnect(5)
    assert peer.is_disconnected
    assert isinstance(client.end[0], SessionClosedError)
    with pytest.raises(SessionClosedError):
        client.link.send(operation_pb2.Operation())
    client.link.disconnect(5)
    assert len(client.end) == 1


def test_dropped_handles_are_released_with_their_counts() -> None:
    """R2."""
    peer = Peer()
    client = Client(peer.open_stream)
    for handle_id in (7, 9, 7):
        client.link.release(handle_id)
    assert peer.has_released.wait(5)
    client.link.disconnect(5)
    releases = [operation.release for operation in peer.carried_out if operation.WhichOneof("kind") == "release"]
    given_back: dict[int, int] = {}
    for release in releases:
        for handle_id, count in zip(release.ids, release.counts, strict=True):
            given_back[handle_id] = given_back.get(handle_id, 0) + count
    assert given_back == {7: 2, 9: 1}


def test_a_session_out_of_reach_for_its_lease_is_lost() -> None:
    def nobody(freed: Callable[[], None]) -> PeerStream:
        if peer.streams:
            raise StreamCutError("nobody there")
        return peer.open_stream(freed)

    peer = Peer(cut_after={1})
    client = Client(nobody, lease_s=0.05)
    client.ask(1)
    assert client.ended.wait(5)
    assert isinstance(client.end[0], SessionLostError)
    assert "0 s" in str(client.end[0])


def test_a_session_out_of_reach_is_kept_while_a_call_is_under_way() -> None:
    """X8"""
    tries = threading.Semaphore(0)

    def nobody(freed: Callable[[], None]) -> PeerStream:
        if peer.streams:
            tries.release()
            raise StreamCutError("nobody there")
        return peer.open_stream(freed)

    peer = Peer(cut_after={1})
    client = Client(nobody, lease_s=0.05, budget_s=60)
    client.link.calls.add(7)
    client.ask(1)
    for _ in range(60):  # of at least a millisecond each
        assert tries.acquire(timeout=5)
    assert not client.ended.is_set()
    client.link.calls.discard(7)
    assert client.ended.wait(5)
    assert isinstance(client.end[0], SessionLostError)


def test_a_full_outbox_blocks_the_sender_until_it_is_acknowledged() -> None:
    """D4."""
    is_open = threading.Event()

    class Slow(PeerStream):
        def __iter__(self) -> Iterator[bytes]:
            for number, encoded in enumerate(super().__iter__()):
                if number:
                    assert is_open.wait(5)
                yield encoded

    peer = Peer()
    client = Client(lambda freed: Slow(peer, freed), replay_bytes=1000)
    large = operation_pb2.Operation(
        request_id=1, export=operation_pb2.Export(digest=b"x" * 900, kind=operation_pb2.Export.FUNCTION)
    )
    client.link.send(large)
    sent = threading.Event()

    def send_another() -> None:
        client.link.send(operation_pb2.Operation(request_id=2, export=large.export))
        sent.set()

    threading.Thread(target=send_another, daemon=True).start()
    assert not sent.wait(0.05)
    kill = operation_pb2.Operation(kill_actor=operation_pb2.KillActor(actor_id=1))
    client.link.send(kill, is_urgent=True)  # does not wait behind the other
    assert not sent.is_set()
    is_open.set()
    assert sent.wait(5)
    client.link.disconnect(5)
    assert client.replies == [1, 2]


def test_a_gap_in_the_drivers_frames_ends_the_session() -> None:
    """D1."""

    class Gapped(PeerStream):
        def __iter__(self) -> Iterator[bytes]:
            next(self.outgoing)
            yield frame_pb2.ServerFrame(attached=frame_pb2.Attached()).SerializeToString()
            yield frame_pb2.ServerFrame(seq=2).SerializeToString()

    with pytest.raises(ProtocolViolationError, match="D1"):
        Client(lambda freed: Gapped(Peer(), freed)).raise_end()


@pytest.mark.parametrize("error", [SystemExit, ZeroDivisionError])
@pytest.mark.parametrize("dying", ["the reader", "the channel's thread"])
def test_a_thread_that_dies_ends_the_session_with_that_reason(
    monkeypatch: pytest.MonkeyPatch, dying: str, error: type[BaseException]
) -> None:
    def die(*_: object) -> None:
        raise error("a fault")

    client = Client(Peer().open_stream)
    if dying == "the reader":
        monkeypatch.setattr(client.link, "_on_reply", die)
        client.link.send(operation_pb2.Operation(request_id=1))
    else:
        monkeypatch.setattr(client.link._channel, "_late_part", die)
        client.link.release(7)
    with pytest.raises(error if error is ZeroDivisionError and dying == "the reader" else SessionLostError):
        client.raise_end()
    with pytest.raises((SessionError, ZeroDivisionError)):
        client.link.send(operation_pb2.Operation())


def test_so_many_handles_go_in_one_release(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(Peer().open_stream)
    monkeypatch.setattr("ray_client.session.link._RELEASES", 3)
    client.link._dropped.extend(range(1, 5))
    sizes = []
    while (part := client.link._release_dropped()) is not None:
        sizes.append(len(frame_pb2.ClientFrame.FromString(part).operations[0].release.ids))
    assert sizes == [3, 1]
    client.link.disconnect(5)
