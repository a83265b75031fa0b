"""Heads of messages on lanes: rule B7."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray_client_proto.wire import lane
from ray_client_proto.wire.errors import ProtocolError
from ray_client_proto.wire.lane import Head

UINT64 = st.integers(0, 2**64 - 1)


@given(st.integers(0, 255), UINT64, UINT64, UINT64)
def test_b7_a_head_is_read_as_it_was_written(kind: int, transfer_id: int, offset: int, total: int) -> None:
    head = Head(kind, transfer_id, offset, total)
    assert lane.read_head(head.encode()) == head
    assert head.encode() == bytes([kind]) + b"".join(number.to_bytes(8, "big") for number in head[1:])


@given(st.binary(max_size=40).filter(lambda message: len(message) != lane.HEAD_BYTES))
def test_b7_a_head_has_its_size(message: bytes) -> None:
    with pytest.raises(ProtocolError, match="B7"):
        lane.read_head(message)


def test_a_chunk_fits_into_a_message() -> None:
    assert lane.chunk_bytes(16 << 20) == lane.LANE_BYTES
    assert lane.chunk_bytes(1000) == 1000 - lane.HEAD_BYTES
    assert lane.chunk_bytes(1) == 1
