"""When to acknowledge: rule D2 of docs/protocol.md."""

from __future__ import annotations

from ray_client_proto.wire import limits
from ray_client_proto.wire.acks import AckTimer


def test_nothing_received_is_nothing_to_acknowledge() -> None:
    assert not AckTimer().is_due(1_000.0)


def test_d2_an_acknowledgement_is_due_within_50_ms() -> None:
    acks = AckTimer()
    acks.received(10, now=1.0)
    assert not acks.is_due(1.01)
    assert acks.is_due(1.05)
    left_s = acks.sleep_s(1.0)
    assert left_s is not None and left_s <= 0.05
    assert acks.sleep_s(2.0) == 0


def test_d2_or_after_32_frames() -> None:
    acks = AckTimer()
    for _ in range(31):
        acks.received(1, now=1.0)
    assert not acks.is_due(1.0)
    assert acks.received(1, now=1.0)
    assert acks.is_due(1.0)


def test_d2_or_after_1_mib() -> None:
    acks = AckTimer()
    assert acks.received(limits.MIB, now=1.0)
    assert acks.is_due(1.0)


def test_what_was_sent_carried_the_acknowledgement() -> None:
    acks = AckTimer()
    acks.received(limits.MIB, now=1.0)
    acks.sent()
    assert not acks.is_due(2.0)


def test_a_sender_with_little_to_do_sleeps_until_it_is_woken() -> None:
    acks = AckTimer()
    assert acks.sleep_s(1.0) is None
    assert acks.received(1, now=1.0), "it sleeps for long, so it must be woken"


def test_a_sender_in_the_midst_of_traffic_wakes_by_itself() -> None:
    acks = AckTimer()
    acks.received(1, now=1.0)
    acks.sent()
    short_s = acks.sleep_s(1.0)
    assert short_s is not None
    assert not acks.received(1, now=1.01), "no need to wake it: it looks again within 50 ms"
