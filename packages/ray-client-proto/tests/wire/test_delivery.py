"""Outbox and inbox against a link that may be cut anywhere: rules D1 to D5."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ray_client_proto.wire.errors import BackpressureError, ProtocolError
from ray_client_proto.wire.inbox import Inbox
from ray_client_proto.wire.outbox import Outbox, Sent

LIMIT_BYTES = 32


class OneDirection(RuleBasedStateMachine):
    """One side sends and the other acknowledges; the link delivers in order, until it loses all that it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox, self.inbox = Outbox(LIMIT_BYTES), Inbox()
        self.sent: list[bytes] = []
        self.received: list[bytes] = []
        self.frames: deque[Sent] = deque()
        self.acks: deque[int] = deque()

    @rule(payload=st.binary(max_size=LIMIT_BYTES + 8))
    def send(self, payload: bytes) -> None:
        if self.outbox.has_room(len(payload)):
            assert self.outbox.next_seq == len(self.sent) + 1
            self.frames.append(self.outbox.push(payload))
            self.sent.append(payload)
        else:
            before = self.outbox.replay()
            with pytest.raises(BackpressureError):
                self.outbox.push(payload)
            assert self.outbox.replay() == before

    @rule()
    def deliver(self) -> None:
        if self.frames:
            frame = self.frames.popleft()
            if self.inbox.accept(frame.seq):
                self.received.append(frame.encoded)

    @rule()
    def acknowledge(self) -> None:
        self.acks.append(self.inbox.last_seq)

    @rule(times=st.integers(1, 3))
    def deliver_acknowledgement(self, times: int) -> None:
        if self.acks:
            seq = self.acks.popleft()
            kept = len(self.outbox.replay())
            made_room = [self.outbox.acknowledge(seq) for _ in range(times)]
            assert made_room[0] == (len(self.outbox.replay()) < kept)
            assert not any(made_room[1:])

    @rule(is_stale=st.booleans())
    def cut_and_reattach(self, is_stale: bool) -> None:
        """A stale attach was written before the last frames came in: more is replayed than is missing."""
        self.frames.clear()
        self.acks.clear()
        if not is_stale:
            self.outbox.acknowledge(self.inbox.last_seq)
        self.frames.extend(self.outbox.replay())

    @invariant()
    def everything_arrived_once_and_in_order(self) -> None:
        assert self.received == self.sent[: self.inbox.last_seq]

    @invariant()
    def what_was_not_acknowledged_is_kept_within_the_limit(self) -> None:
        kept = self.outbox.replay()
        first = len(self.sent) - len(kept) + 1
        assert kept == tuple(Sent(seq, self.sent[seq - 1]) for seq in range(first, len(self.sent) + 1))
        assert first - 1 <= self.inbox.last_seq
        assert self.outbox.kept_bytes == sum(len(frame.encoded) for frame in kept)
        assert self.outbox.kept_bytes <= LIMIT_BYTES or len(kept) == 1

    def teardown(self) -> None:
        self.cut_and_reattach(is_stale=True)
        while self.frames:
            self.deliver()
        assert self.received == self.sent


TestDelivery = OneDirection.TestCase
TestDelivery.settings = settings(stateful_step_count=40)


def test_d1_a_gap_is_refused_and_changes_nothing() -> None:
    inbox = Inbox()
    assert inbox.accept(1)
    with pytest.raises(ProtocolError, match="D1"):
        inbox.accept(3)
    assert inbox.last_seq == 1
    assert inbox.accept(2)


def test_d3_an_acknowledgement_of_what_was_never_sent_is_refused_and_changes_nothing() -> None:
    outbox = Outbox(LIMIT_BYTES)
    sent = outbox.push(b"put")
    with pytest.raises(ProtocolError, match="D3"):
        outbox.acknowledge(2)
    assert outbox.replay() == (sent,)


def test_d4_a_full_outbox_says_how_much_room_there_is() -> None:
    outbox = Outbox(LIMIT_BYTES)
    outbox.push(bytes(LIMIT_BYTES - 1))
    with pytest.raises(BackpressureError, match="2 bytes to send, but room for 1"):
        outbox.push(b"xx")


def test_d4_an_empty_outbox_takes_a_frame_of_any_size_lest_it_never_goes_out() -> None:
    outbox = Outbox(LIMIT_BYTES)
    outbox.push(bytes(LIMIT_BYTES * 2))
    assert not outbox.has_room(0)
    assert outbox.acknowledge(1)


@pytest.mark.parametrize("limit_bytes", [0, -1])
def test_an_outbox_without_room_cannot_be_made(limit_bytes: int) -> None:
    with pytest.raises(ValueError, match=str(limit_bytes)):
        Outbox(limit_bytes)


def test_d4_a_frame_that_was_admitted_is_kept_whatever_the_room() -> None:
    outbox = Outbox(limit_bytes=3)
    outbox.push(b"xx")
    outbox.push(b"yy", is_admitted=True)
    assert [sent.encoded for sent in outbox.replay()] == [b"xx", b"yy"]
    assert not outbox.has_room(1)
