"""Memory that is used again, and never while somebody still looks at it."""

from __future__ import annotations

import pytest

from ray_client_proto.wire.memory import SpareMemory, fresh_memory

SIZE = 1000


def address(view: memoryview) -> int:
    ctypes = pytest.importorskip("ctypes")
    return int(ctypes.addressof(ctypes.c_char.from_buffer(view)))


def test_fresh_memory_is_zeroed() -> None:
    assert fresh_memory(3) == b"\0\0\0"


def test_a_block_is_used_again_once_nobody_has_a_view() -> None:
    spare = SpareMemory()
    first = spare.allocate(SIZE)
    at = address(first)
    del first
    again = spare.allocate(SIZE - 1)
    assert (address(again), len(again)) == (at, SIZE - 1)


def test_a_block_with_a_view_left_is_not_touched() -> None:
    spare = SpareMemory()
    first = spare.allocate(SIZE)
    part = first[10:20].toreadonly()
    del first
    second = spare.allocate(SIZE)
    second[:] = b"x" * SIZE
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


def test_an_idle_block_is_let_go() -> None:
    spare = SpareMemory()
    spare.allocate(SIZE)
    spare.drop_if_idle()
    assert len(spare._block) == SIZE
    spare.drop_if_idle()
    assert len(spare._block) == 0
