"""When to acknowledge without anything else to send: rule D2. Time is an argument."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray_client_proto.wire.delivery import AckTimer
from ray_client_proto.wire.limits import MIB

D2_WITHIN_S, D2_FRAMES, D2_BYTES = 0.05, 32, MIB


def test_d2_nothing_received_is_never_due() -> None:
    timer = AckTimer()
    assert not timer.is_due(now=1e9)
    assert timer.sleep_s(now=0.0) is None


def test_d2_one_frame_is_acknowledged_in_time() -> None:
    timer = AckTimer()
    timer.received(1, now=100.0)
    sleep_s = timer.sleep_s(now=100.0)
    assert sleep_s is not None
    assert 0 < sleep_s < D2_WITHIN_S
    assert not timer.is_due(now=100.0)
    assert timer.is_due(now=100.0 + sleep_s)


def test_d2_later_frames_do_not_put_it_off() -> None:
    timer = AckTimer()
    for now in (100.0, 100.02, 100.039):
        timer.received(1, now)
    assert timer.is_due(now=100.0 + D2_WITHIN_S)
    assert timer.sleep_s(now=200.0) == 0.0


@pytest.mark.parametrize(("frames", "size_bytes"), [(D2_FRAMES, 1), (2, D2_BYTES // 2)])
def test_d2_much_is_acknowledged_at_once_and_the_sender_is_woken(frames: int, size_bytes: int) -> None:
    timer = AckTimer()
    woken = [timer.received(size_bytes, now=1.0) for _ in range(frames)]
    assert woken == [False] * (frames - 1) + [True]
    assert timer.is_due(now=1.0)


def test_what_was_acknowledged_is_not_acknowledged_again() -> None:
    timer = AckTimer()
    for _ in range(D2_FRAMES):
        timer.received(1, now=1.0)
    timer.sent()
    assert not timer.is_due(now=1e9)


def test_a_sender_that_sleeps_without_end_is_woken_by_the_first_frame() -> None:
    timer = AckTimer()
    assert timer.sleep_s(now=0.0) is None
    assert timer.received(1, now=5.0)


@given(st.lists(st.tuples(st.floats(0, 0.1), st.integers(1, D2_BYTES // 8), st.booleans()), max_size=60))
def test_d2_a_sender_that_follows_the_timer_is_never_late(events: list[tuple[float, int, bool]]) -> None:
    """The sender sleeps as long as it is told; frames arrive and the sender may have something to send in between."""
    timer, now = AckTimer(), 0.0
    unacknowledged: list[tuple[float, int]] = []
    sleep_s = timer.sleep_s(now)
    wakes_at = float("inf") if sleep_s is None else now + sleep_s
    for wait_s, size_bytes, has_something_to_send in events:
        arrives_at = now + wait_s
        while wakes_at <= arrives_at:
            now = wakes_at
            if timer.is_due(now):
                timer.sent()
                unacknowledged.clear()
            sleep_s = timer.sleep_s(now)
            wakes_at = float("inf") if sleep_s is None else now + sleep_s + 1e-9  # past the rounding
        now = arrives_at
        is_woken = timer.received(size_bytes, now)
        unacknowledged.append((now, size_bytes))
        if has_something_to_send or (is_woken and timer.is_due(now)):
            timer.sent()
            unacknowledged.clear()
        if is_woken or has_something_to_send:
            sleep_s = timer.sleep_s(now)
            wakes_at = float("inf") if sleep_s is None else now + sleep_s
        assert all(now - at <= D2_WITHIN_S for at, _ in unacknowledged)
        assert len(unacknowledged) < D2_FRAMES
        assert sum(size for _, size in unacknowledged) < D2_BYTES
