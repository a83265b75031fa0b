"""Both ends of a data channel, joined in memory and cut anywhere: rules D1 to D5. Time is an argument."""

from __future__ import annotations

import math
from collections import deque

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ray_client_proto.v1.frame_pb2 import ClientFrame, ServerFrame
from ray_client_proto.v1.operation_pb2 import Disconnect, Done, Operation, Reply
from ray_client_proto.wire.delivery import HEADER_BYTES, Delivery, Received, encode_part
from ray_client_proto.wire.errors import ProtocolError
from ray_client_proto.wire.limits import FRAME_BYTES

LIMIT_BYTES = 96


def part(number: int, size_bytes: int = 0) -> bytes:
    """Give an operation with this number, and a message of its own in it to fill it up."""
    padding = Operation(request_id=number, disconnect=Disconnect()).SerializeToString()
    return (
        encode_part(padding) + b""
        if not size_bytes
        else encode_part(padding + b"\xfa\x7f" + bytes([size_bytes]) + bytes(size_bytes))
    )


class End:
    """A machine with the peer's messages that are under way to it, and what it has carried out."""

    def __init__(self) -> None:
        self.delivery = Delivery(LIMIT_BYTES)
        self.coming: deque[bytes] = deque()
        self.queued: list[int] = []
        self.carried: list[int] = []
        self.unacknowledged_since: float | None = None

    def receive(self, now: float) -> None:
        message = self.coming.popleft()
        frame = ClientFrame.FromString(message)
        if self.delivery.receive(frame.seq, frame.ack, len(message), now).is_new:
            self.carried.extend(operation.request_id for operation in frame.operations)
        if frame.seq and self.unacknowledged_since is None:
            self.unacknowledged_since = now


class TwoEnds(RuleBasedStateMachine):
    """Each end queues parts and sends what it may; the stream delivers in order, until it loses all that it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = (End(), End())
        self.now = 100.0

    def send(self, place: int) -> bool:
        end, peer = self.ends[place], self.ends[1 - place]
        message = end.delivery.take(self.now)
        if message is None:
            return False
        assert ClientFrame.FromString(message).ack == end.delivery.last_accepted
        end.unacknowledged_since = None
        peer.coming.append(message)
        return True

    @rule(place=st.integers(0, 1), size_bytes=st.integers(0, 40), wait_s=st.sampled_from([0.0, 0.002]))
    def queue(self, place: int, size_bytes: int, wait_s: float) -> None:
        end = self.ends[place]
        made = part(len(end.queued) + 1, size_bytes)
        if end.delivery.fits(len(made)):
            end.queued.append(len(end.queued) + 1)
            end.delivery.queue(made, self.now, wait_s)

    @rule(place=st.integers(0, 1))
    def send_one(self, place: int) -> None:
        self.send(place)

    @rule(place=st.integers(0, 1))
    def deliver_one(self, place: int) -> None:
        if self.ends[place].coming:
            self.ends[place].receive(self.now)

    @rule(seconds=st.sampled_from([0.001, 0.01, 0.05]))
    def pass_time(self, seconds: float) -> None:
        """Each sender sleeps no longer than it was told: so nothing stays unacknowledged for longer than D2 says."""
        until = self.now + seconds
        for place, end in enumerate(self.ends):
            due_at = end.delivery.due_at(self.now)
            if due_at <= until:
                now, self.now = self.now, max(self.now, due_at)
                self.send(place)
                self.now = now
        self.now = until
        for end in self.ends:
            assert end.unacknowledged_since is None or until - end.unacknowledged_since <= 0.05 + 0.05

    @rule(are_stale=st.tuples(st.booleans(), st.booleans()))
    def cut_and_reattach(self, are_stale: tuple[bool, bool]) -> None:
        """What an end says that it has seen may be older than what came in since: more is replayed than is missing."""
        seen = [end.delivery.last_accepted for end in self.ends]
        for place, end in enumerate(self.ends):
            end.coming.clear()
            if not are_stale[place]:
                end.delivery.attached(seen[1 - place])
        for place, end in enumerate(self.ends):
            self.ends[1 - place].coming.extend(end.delivery.replay())

    @invariant()
    def everything_is_carried_out_once_and_in_order(self) -> None:
        for end, peer in (self.ends, self.ends[::-1]):
            assert peer.carried == end.queued[: len(peer.carried)]

    @invariant()
    def what_is_kept_is_bounded(self) -> None:
        for end in self.ends:
            kept = end.delivery.replay()
            assert end.delivery.kept_bytes == sum(map(len, kept))
            assert end.delivery.kept_bytes <= LIMIT_BYTES or len(kept) == 1
            assert [ClientFrame.FromString(frame).seq for frame in kept] == list(
                range(end.delivery.last_sent - len(kept) + 1, end.delivery.last_sent + 1)
            )

    def teardown(self) -> None:
        self.cut_and_reattach((True, True))
        while not all(end.delivery.is_idle for end in self.ends):
            self.now += 0.05
            for place, end in enumerate(self.ends):
                while self.send(place):
                    continue
                while end.coming:
                    end.receive(self.now)
        for end, peer in (self.ends, self.ends[::-1]):
            assert peer.carried == end.queued


TestDelivery = TwoEnds.TestCase
TestDelivery.settings = settings(stateful_step_count=40)


def accepted(delivery: Delivery, *seqs: int) -> list[bool]:
    return [delivery.receive(seq, 0, 1, 0.0).is_new for seq in seqs]


def test_d1_a_frame_is_taken_once() -> None:
    assert accepted(Delivery(LIMIT_BYTES), 1, 2, 1, 2, 3) == [True, True, False, False, True]


def test_d1_a_gap_is_refused_and_changes_nothing() -> None:
    delivery = Delivery(LIMIT_BYTES)
    assert accepted(delivery, 1) == [True]
    with pytest.raises(ProtocolError, match="D1"):
        accepted(delivery, 3)
    assert delivery.last_accepted == 1
    assert accepted(delivery, 2) == [True]


@pytest.mark.parametrize("how", ["receive", "attached"])
def test_d3_an_acknowledgement_of_what_was_never_sent_is_refused_and_changes_nothing(how: str) -> None:
    delivery = Delivery(LIMIT_BYTES)
    delivery.queue(part(1), 0.0)
    frame = delivery.take(0.0)
    with pytest.raises(ProtocolError, match="D3"):
        delivery.receive(0, 2, 1, 0.0) if how == "receive" else delivery.attached(2)
    assert delivery.replay() == [frame]


def test_d4_what_does_not_fit_waits_for_an_acknowledgement() -> None:
    delivery = Delivery(LIMIT_BYTES)
    large = part(1, LIMIT_BYTES - HEADER_BYTES - 20)
    for _ in range(2):
        delivery.queue(large, 0.0)
    first = delivery.take(0.0)
    assert first is not None and delivery.take(0.0) is None
    assert delivery.due_at(0.0) == math.inf and not delivery.fits(1)
    assert delivery.receive(0, 1, 1, 0.0) == Received(is_new=False, made_room=True)
    assert delivery.take(0.0) is not None and not delivery.is_idle
    assert delivery.attached(2) and delivery.is_idle


def test_d4_alone_a_part_of_any_size_goes_lest_it_never_does() -> None:
    delivery = Delivery(8)
    assert delivery.fits(1000)
    delivery.queue(part(1, 100), 0.0)
    assert delivery.take(0.0) is not None
    assert not delivery.fits(0)


def test_parts_that_are_there_share_a_frame_up_to_its_size() -> None:
    delivery = Delivery(8 * FRAME_BYTES)
    half = encode_part(bytes(FRAME_BYTES // 2 - 100))
    for _ in range(3):
        delivery.queue(half, 0.0)
    first, second = delivery.take(0.0), delivery.take(0.0)
    assert first is not None and second is not None and len(first) > len(second) > len(half)
    assert delivery.take(0.0) is None


def test_a_frame_may_wait_for_what_follows_but_not_for_long() -> None:
    delivery = Delivery(LIMIT_BYTES)
    delivery.queue(part(1), 1.0, wait_s=0.002)
    assert delivery.take(1.0) is None and delivery.due_at(1.0) == 1.002
    delivery.queue(part(2), 1.001, wait_s=0.002)
    assert delivery.due_at(1.001) == 1.002
    assert delivery.take(1.0021) is not None
    delivery.queue(part(3), 2.0, wait_s=0.002)
    delivery.queue(part(4), 2.0)
    assert delivery.take(2.0) is not None


def test_a_sender_that_gathers_still_acknowledges_in_time() -> None:
    delivery = Delivery(LIMIT_BYTES)
    delivery.receive(1, 0, 1, 1.0)
    delivery.queue(part(1), 1.0, wait_s=10.0)
    assert delivery.due_at(1.0) < 1.05
    message = delivery.take(1.05)
    assert message is not None and ServerFrame.FromString(message) == ServerFrame(ack=1)


def test_frames_are_those_of_the_protocol() -> None:
    delivery = Delivery(1 << 20)
    for seq in range(1, 301):
        delivery.receive(seq, 0, 1, 0.0)
    replies = [Reply(request_id=7, done=Done()), Reply(request_id=1 << 40, index=3)]
    for reply in replies:
        delivery.queue(encode_part(reply.SerializeToString()), 0.0)
    frame = delivery.take(0.0)
    assert frame is not None
    assert ServerFrame.FromString(frame) == ServerFrame(seq=1, ack=300, replies=replies)


@pytest.mark.parametrize("limit_bytes", [0, -1])
def test_a_delivery_without_room_cannot_be_made(limit_bytes: int) -> None:
    with pytest.raises(ValueError, match=str(limit_bytes)):
        Delivery(limit_bytes)
