"""Large values go on where they were cut (B5)."""

from __future__ import annotations

import numpy as np
import pytest
from fault_relay import DOWN, UP, FaultRelay

import ray_client as ray

pytestmark = pytest.mark.usefixtures("context")

SIZE_BYTES = 64 * 1024 * 1024
#: What lies in the buffers between when the connection is cut is sent again; half of the value would be a new start.
AGAIN_BYTES = 24 * 1024 * 1024


@pytest.fixture
def value() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 255, SIZE_BYTES, dtype=np.uint8)


def test_a_cut_upload(relay: FaultRelay, value: np.ndarray) -> None:
    before = relay.passed_bytes[UP]
    relay.cut_after(SIZE_BYTES // 2, UP)
    ref = ray.put(value)
    relay.wait_for_cuts(1)
    assert np.array_equal(ray.get(ref), value)
    assert relay.passed_bytes[UP] - before < SIZE_BYTES + AGAIN_BYTES


def test_a_cut_download(relay: FaultRelay, value: np.ndarray) -> None:
    ref = ray.put(value)
    before = relay.passed_bytes[DOWN]
    relay.cut_after(SIZE_BYTES // 2, DOWN)
    assert np.array_equal(ray.get(ref), value)
    relay.wait_for_cuts(1)
    assert relay.passed_bytes[DOWN] - before < SIZE_BYTES + AGAIN_BYTES


@pytest.mark.parametrize("seed", [1, 2])
def test_many_cuts_both_ways(relay: FaultRelay, value: np.ndarray, seed: int) -> None:
    @ray.remote
    def invert(array: np.ndarray) -> np.ndarray:
        return 255 - array

    relay.cut_at_random(seed, 2_000_000, 6_000_000, times=6)
    assert np.array_equal(ray.get(invert.remote(value)), 255 - value)
    assert relay.cuts > 1


def test_small_calls_beside_a_cut_upload(relay: FaultRelay, value: np.ndarray) -> None:
    @ray.remote
    def size(array: np.ndarray) -> int:
        return array.size

    relay.cut_after(SIZE_BYTES // 3, UP)
    refs = [size.remote(value[: 1_000_000 * (i + 1)]) for i in range(6)]
    assert ray.get(refs) == [1_000_000 * (i + 1) for i in range(6)]
