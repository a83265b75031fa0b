"""When to acknowledge without anything else to send: rule D2. Time is an argument."""

from __future__ import annotations

import math

import pytest

from ray_client_proto.wire.delivery import AckTimer
from ray_client_proto.wire.limits import MIB

D2_WITHIN_S, D2_FRAMES, D2_BYTES = 0.05, 32, MIB


def test_d2_nothing_received_is_never_due() -> None:
    timer = AckTimer()
    assert not timer.is_due(now=1e9)
    assert timer.due_at == math.inf


def test_d2_one_frame_is_acknowledged_in_time() -> None:
    timer = AckTimer()
    timer.received(1, now=100.0)
    assert 100.0 < timer.due_at < 100.0 + D2_WITHIN_S
    assert not timer.is_due(now=100.0)
    assert timer.is_due(now=timer.due_at)


def test_d2_later_frames_do_not_put_it_off() -> None:
    timer = AckTimer()
    for now in (100.0, 100.02, 100.039):
        timer.received(1, now)
    assert timer.is_due(now=100.0 + D2_WITHIN_S)


@pytest.mark.parametrize(("frames", "size_bytes"), [(D2_FRAMES, 1), (2, D2_BYTES // 2)])
def test_d2_much_is_acknowledged_at_once(frames: int, size_bytes: int) -> None:
    timer = AckTimer()
    due = []
    for _ in range(frames):
        timer.received(size_bytes, now=1.0)
        due.append(timer.is_due(now=1.0))
    assert due == [False] * (frames - 1) + [True]


def test_what_was_acknowledged_is_not_acknowledged_again() -> None:
    timer = AckTimer()
    for _ in range(D2_FRAMES):
        timer.received(1, now=1.0)
    timer.sent()
    assert not timer.is_due(now=1e9)
