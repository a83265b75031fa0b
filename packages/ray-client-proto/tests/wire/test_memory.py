"""Memory that is used again, and never while somebody still looks at it."""

from __future__ import annotations

import ctypes
import mmap

import numpy as np
import pytest

from ray_client_proto.wire.memory import SpareMemory, align, aligned_memory, aligned_places, fresh_memory

SIZE = 1000
MAPPED = 5_000_000  #: so large that the system itself is asked for it


def address(view: memoryview) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(view))


@pytest.mark.parametrize("size_bytes", [3, MAPPED])
def test_fresh_memory_is_zeroed(size_bytes: int) -> None:
    assert fresh_memory(size_bytes) == bytes(size_bytes)


def test_a_system_without_large_pages_gives_small_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(mmap, "MADV_HUGEPAGE", raising=False)
    assert len(fresh_memory(MAPPED)) == MAPPED


def test_what_the_system_has_not_is_an_error_of_memory() -> None:
    with pytest.raises((MemoryError, OverflowError)):
        fresh_memory(1 << 62)


@pytest.mark.parametrize("size_bytes", [SIZE, MAPPED])
def test_a_block_is_used_again_once_nobody_has_a_view(size_bytes: int) -> None:
    spare = SpareMemory()
    first = spare.allocate(size_bytes)
    at = address(first)
    del first
    again = spare.allocate(size_bytes - 1)
    assert (address(again), len(again)) == (at, size_bytes - 1)


@pytest.mark.parametrize("size_bytes", [SIZE, MAPPED])
def test_a_block_with_a_view_left_is_not_touched(size_bytes: int) -> None:
    spare = SpareMemory()
    first = spare.allocate(size_bytes)
    part = first[10:20].toreadonly()
    del first
    second = spare.allocate(size_bytes)
    second[:] = b"x" * size_bytes
    assert bytes(part) == bytes(10)


def test_a_larger_block_takes_the_place_of_a_smaller_one() -> None:
    spare = SpareMemory()
    spare.allocate(SIZE)
    assert len(spare.allocate(SIZE * 2)) == SIZE * 2
    assert len(spare.allocate(SIZE * 2)) == SIZE * 2


def test_what_is_larger_than_the_limit_is_not_kept() -> None:
    spare = SpareMemory(limit_bytes=SIZE)
    large = spare.allocate(SIZE + 1)
    at = address(large)
    assert address(spare.allocate(SIZE + 1)) != at


def test_a_transfer_may_be_empty() -> None:
    spare = SpareMemory()
    assert [len(spare.allocate(size_bytes)) for size_bytes in (0, 0, SIZE, 0)] == [0, 0, SIZE, 0]


def test_an_idle_block_is_let_go() -> None:
    spare = SpareMemory()
    spare.allocate(SIZE)
    spare.drop_if_idle()
    assert len(spare._block) == SIZE
    spare.drop_if_idle()
    assert len(spare._block) == 0


@pytest.mark.parametrize("size_bytes", [1, 63, 64, 65, 4095, 1_000_001, MAPPED])
def test_aligned_memory_begins_at_a_multiple_of_64(size_bytes: int) -> None:
    blocks = [aligned_memory(size_bytes) for _ in range(20)]
    assert {address(block) % 64 for block in blocks} == {0}
    assert {block.nbytes for block in blocks} == {size_bytes}


def test_places_follow_one_another_and_are_aligned() -> None:
    assert aligned_places([]) == [0]
    assert aligned_places([1, 64, 0, 65]) == [0, 64, 128, 128, 256]


def test_buffers_are_aligned_by_copies_that_nobody_can_change() -> None:
    buffers = [bytes([number]) * size for number, size in enumerate((1, 0, 64, 65, 4096, 3))]
    aligned = align(buffers)
    assert [bytes(view) for view in aligned] == buffers
    assert all(view.readonly for view in aligned)
    assert {np.frombuffer(view, np.uint8).ctypes.data % 64 for view in aligned if view.nbytes} == {0}
    assert align([]) == []
