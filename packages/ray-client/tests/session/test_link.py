"""The data channel over a peer in memory: rules D1 to D8 of docs/protocol.md, without network or clock."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import pytest

from ray_client.errors import ProtocolViolationError, SessionClosedError, SessionLostError
from ray_client.session.link import DataLink
from ray_client.transport.backoff import BackoffPolicy
from ray_client.transport.stream import StreamCutError
from ray_client_proto.v1 import frame_pb2, operation_pb2
from ray_client_proto.v1.payload_pb2 import Payload

OPERATIONS = 6


class Peer:
    """A driver in memory, which cuts its streams where it is told to.

    It answers each operation with a request id by one reply in a frame of its own, and keeps all its frames.
    """

    def __init__(self, cut_before: set[int] = frozenset(), cut_after: set[int] = frozenset()) -> None:
        self.cut_before, self.cut_after = set(cut_before), set(cut_after)
        self.carried_out: list[operation_pb2.Operation] = []
        self.frames: list[bytes] = []
        self.last_seen = 0
        self.streams = 0
        self.messages = 0

    def open_stream(self, outgoing: Iterator[bytes]) -> PeerStream:
        self.streams += 1
        return PeerStream(self, outgoing)

    def receive(self, frame: frame_pb2.ClientFrame) -> Iterator[bytes]:
        if frame.seq == self.last_seen + 1:
            self.last_seen = frame.seq
            for operation in frame.operations:
                self.carried_out.append(operation)
                if operation.request_id:
                    reply = operation_pb2.Reply(request_id=operation.request_id, done=operation_pb2.Done())
                    answer = frame_pb2.ServerFrame(seq=len(self.frames) + 1, ack=self.last_seen, replies=[reply])
                    self.frames.append(answer.SerializeToString())
                    yield self.frames[-1]
        else:
            assert frame.seq <= self.last_seen, "D1: a gap"
            yield frame_pb2.ServerFrame(ack=self.last_seen).SerializeToString()

    @property
    def is_disconnected(self) -> bool:
        return bool(self.carried_out) and self.carried_out[-1].WhichOneof("kind") == "disconnect"


class PeerStream:
    """One stream to a `Peer`; it runs wholly in the thread that reads it."""

    def __init__(self, peer: Peer, outgoing: Iterator[bytes]) -> None:
        self.peer, self.outgoing = peer, outgoing

    def __iter__(self) -> Iterator[bytes]:
        attach = frame_pb2.ClientFrame.FromString(next(self.outgoing)).attach
        attached = frame_pb2.Attached(last_seen_seq=self.peer.last_seen, attach_count=self.peer.streams)
        yield frame_pb2.ServerFrame(attached=attached).SerializeToString()
        yield from self.peer.frames[attach.last_seen_seq :]
        for encoded in self.outgoing:
            frame = frame_pb2.ClientFrame.FromString(encoded)
            if frame.seq:
                self.peer.messages += 1
                self._cut_if(self.peer.cut_before)
            yield from self.peer.receive(frame)
            if frame.seq:
                self._cut_if(self.peer.cut_after)
            if self.peer.is_disconnected:
                return

    def _cut_if(self, cuts: set[int]) -> None:
        if self.peer.messages in cuts:
            cuts.remove(self.peer.messages)
            raise StreamCutError(f"cut at message {self.peer.messages}")

    def close(self) -> None:
        pass


class Client:
    """A link with what it was told."""

    def __init__(self, open_stream: object, lease_s: float = 60.0, replay_bytes: int = 1 << 20) -> None:
        self.replies: list[int] = []
        self.end: list[Exception] = []
        self.ended = threading.Event()
        self.answered = threading.Semaphore(0)
        backoff = BackoffPolicy(first_s=0.001, cap_s=0.002, budget_s=lease_s)
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
    client.ask(1)
    client.link.disconnect(5)
    releases = [operation.release for operation in peer.carried_out if operation.WhichOneof("kind") == "release"]
    given_back: dict[int, int] = {}
    for release in releases:
        for handle_id, count in zip(release.ids, release.counts, strict=True):
            given_back[handle_id] = given_back.get(handle_id, 0) + count
    assert given_back == {7: 2, 9: 1}


def test_a_session_out_of_reach_for_its_lease_is_lost() -> None:
    def nobody(outgoing: Iterator[bytes]) -> PeerStream:
        if peer.streams:
            raise StreamCutError("nobody there")
        return peer.open_stream(outgoing)

    peer = Peer(cut_after={1})
    client = Client(nobody, lease_s=0.05)
    client.ask(1)
    assert client.ended.wait(5)
    assert isinstance(client.end[0], SessionLostError)
    assert "0 s" in str(client.end[0])


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
    client = Client(lambda outgoing: Slow(peer, outgoing), replay_bytes=1000)
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
        Client(lambda outgoing: Gapped(Peer(), outgoing)).raise_end()


def test_a_writer_that_a_cut_left_behind_does_not_hold_up_the_next() -> None:
    """D4, D5: gRPC runs each stream's writer in a thread of its own, so the old one may still be at it."""
    second_frame_taken = threading.Event()

    class OwnThread(PeerStream):
        def __iter__(self) -> Iterator[bytes]:
            messages: queue.SimpleQueue[bytes] = queue.SimpleQueue()

            def take() -> None:
                for number, encoded in enumerate(outgoing):
                    messages.put(encoded)
                    if number == 2:
                        second_frame_taken.set()

            outgoing = self.outgoing
            threading.Thread(target=take, daemon=True).start()
            self.outgoing = iter(messages.get, None)
            for number, encoded in enumerate(super().__iter__()):
                yield encoded
                if number == 0 and self.peer.streams == 1:
                    second_frame_taken.wait(0.2)
                    raise StreamCutError("nothing but the attach arrived")

    peer = Peer()
    put = operation_pb2.Put(value=Payload(pickle=b"x" * 480))
    operations = [operation_pb2.Operation(request_id=number, put=put) for number in (1, 2)]
    # Room for the first one's frame and the second one, but not for what the second one's frame adds.
    room_bytes = sum(operation.ByteSize() for operation in operations) + 8
    client = Client(lambda outgoing: OwnThread(peer, count(peer, outgoing)), replay_bytes=room_bytes)
    for number, operation in enumerate(operations, start=1):
        client.link.send(operation)
        assert number == 2 or not client.ended.wait(0.05), "each goes in a frame of its own"
    for _ in range(2):
        assert client.answered.acquire(timeout=5)
    assert client.replies == [1, 2]


def count(peer: Peer, outgoing: Iterator[bytes]) -> Iterator[bytes]:
    peer.streams += 1
    return outgoing
