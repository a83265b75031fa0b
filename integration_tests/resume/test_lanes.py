"""Large values and logs on connections of their own, which lead to the driver: rules B7 to B10 and L5."""

from __future__ import annotations

import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from fault_relay import DOWN, UP, FaultRelay
from gateway import Gateway
from processes import poll, report

import ray_client as ray
from ray_client.errors import ForkedProcessError

SIZE_BYTES = 2_000_000
CUT_BYTES = 400_000


def given(gateway: Gateway, session_id: str) -> Counter[str]:
    """How many connections of each kind the gateway has given to a session's driver."""
    lines = [line for line in gateway.process.lines if "socket.given" in line and session_id in line]
    return Counter(kind for line in lines for kind in ("data", "lane", "logs") if kind in line.split("kind")[1])


def value_of(size_bytes: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, size_bytes, dtype=np.uint8)


def test_nothing_of_a_session_goes_by_grpc(gateway: Gateway) -> None:
    with ray.init(gateway.address, direct=False) as context:
        for seed in range(5):
            value = value_of(SIZE_BYTES, seed)
            assert np.array_equal(ray.get(ray.put(value)), value)
        assert poll(lambda: given(gateway, context.session_id)["logs"] == 1, within_s=30)
        assert given(gateway, context.session_id) == {"data": 1, "lane": 1, "logs": 1}


@pytest.mark.parametrize("direction", [UP, DOWN])
def test_b11_text_is_compressed_on_a_slow_link_also_across_a_cut(
    relay: FaultRelay, context: ray.ClientContext, direction: str
) -> None:
    relay.limit(20e6)
    text = b"".join(b"%d,%f\n" % (number, number**0.5) for number in range(1_200_000))
    ray.get(ray.put(text[: len(text) // 2]))  # the link is slow, and this is known now
    before = relay.passed_bytes[direction]
    relay.cut_after(len(text) // 8, direction)
    cuts = relay.cuts
    assert ray.get(ray.put(text)) == text
    assert relay.cuts > cuts
    assert relay.passed_bytes[direction] - before < 0.8 * len(text)


@pytest.mark.parametrize("direction", [UP, DOWN])
def test_b9_a_link_that_cuts_again_and_again_does_not_slow_a_transfer_down(
    relay: FaultRelay, context: ray.ClientContext, direction: str
) -> None:
    value = value_of(SIZE_BYTES)
    ref = ray.put(value)
    ray.get(ray.put(0))
    cuts = relay.cuts

    def rearm() -> tuple[str, int]:
        return direction, CUT_BYTES

    def order() -> None:
        relay._rearm = rearm
        relay._arm()

    relay._order(order)
    began_s = time.monotonic()
    if direction == UP:
        ref = ray.put(value)
        took_s = time.monotonic() - began_s
        relay._order(lambda: (setattr(relay, "_rearm", None), relay._arm()))
    found = ray.get(ref)
    if direction == DOWN:
        took_s = time.monotonic() - began_s
        relay._order(lambda: (setattr(relay, "_rearm", None), relay._arm()))
    assert np.array_equal(found, value)
    report(f"{direction}: {took_s:.2f} s, {relay.cuts - cuts} cuts")
    assert relay.cuts - cuts >= 3
    assert took_s < 3


def test_s5_a_link_that_is_dead_without_a_word_is_noticed(relay: FaultRelay, context: ray.ClientContext) -> None:
    value = value_of(64_000_000)
    ray.get(ray.put(value))  # the connections are there
    with ThreadPoolExecutor(2) as pool:
        ref = pool.submit(ray.put, value)
        down = pool.submit(lambda: ray.get(ref.result()))
        relay.stall()
        try:
            relay.wait_for_connections(relay.connections + 2, within_s=22)  # for data, and a lane: both tried again
        finally:
            relay.resume()
        assert np.array_equal(down.result(60), value)


def test_a_forked_child_leaves_lanes_alone(context: ray.ClientContext) -> None:
    value = value_of(SIZE_BYTES)
    ref = ray.put(value)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            ray.put(value)
        except ForkedProcessError:
            ray.shutdown()
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert np.array_equal(ray.get(ref), value)
    assert np.array_equal(ray.get(ray.put(value)), value)


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="there is no such file")
def test_a_large_value_takes_little_memory_above_its_own(context: ray.ClientContext) -> None:
    value = value_of(200_000_000)
    ref, put_bytes = _above(lambda: ray.put(value))
    found, get_bytes = _above(lambda: ray.get(ref))
    assert np.array_equal(found, value)
    report(f"put {put_bytes >> 20} MiB, get {(get_bytes - value.nbytes) >> 20} MiB above the value")
    assert put_bytes < 32 << 20
    assert get_bytes - value.nbytes < 32 << 20


def _above(does: object) -> tuple[object, int]:
    """What it gives, and how much the resident memory of this process rose above what it was."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = _status_bytes("VmRSS")
    done = does()  # type: ignore[operator]
    return done, _status_bytes("VmHWM") - before


def _status_bytes(key: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(key)).split()[1]) * 1024
