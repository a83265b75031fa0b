"""Chunks of a transfer: rules B1 to B5, and that the bytes are protobuf's own."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from google.protobuf.message import DecodeError
from hypothesis import example, given
from hypothesis import strategies as st

from ray_client_proto.v1 import bulk_pb2
from ray_client_proto.wire import chunk
from ray_client_proto.wire.chunk import AlignedAssembly, Assembly, Chunk
from ray_client_proto.wire.errors import ProtocolError

UINT64 = st.integers(0, 2**64 - 1)
BUFFERS = st.lists(st.binary(max_size=40), max_size=8)


def by_protobuf(message: bytes) -> tuple[int, int, int, bytes]:
    parsed = bulk_pb2.Chunk.FromString(message)
    return parsed.transfer_id, parsed.offset_bytes, parsed.total_bytes, parsed.data


def by_hand(message: bytes) -> tuple[int, int, int, bytes]:
    decoded = chunk.decode(message)
    return decoded.transfer_id, decoded.offset_bytes, decoded.total_bytes, bytes(decoded.data)


@given(UINT64, UINT64, UINT64, st.lists(st.binary(max_size=300)))
def test_protobuf_reads_what_is_written_by_hand(transfer_id: int, offset: int, total: int, parts: list[bytes]) -> None:
    message = chunk.encode(transfer_id, offset, total, map(memoryview, parts))
    assert by_protobuf(message) == by_hand(message) == (transfer_id, offset, total, b"".join(parts))


@given(UINT64, UINT64, UINT64, st.binary(max_size=300))
def test_what_protobuf_writes_is_read_by_hand(transfer_id: int, offset: int, total: int, data: bytes) -> None:
    message = bulk_pb2.Chunk(transfer_id=transfer_id, offset_bytes=offset, total_bytes=total, data=data)
    assert by_hand(message.SerializeToString()) == (transfer_id, offset, total, data)


@given(
    st.lists(st.sampled_from([b"\x28\x07", b"\x29" + bytes(8), b"\x2a\x03abc", b"\x2d" + bytes(4)])), st.integers(0, 4)
)
def test_h3_fields_of_a_newer_peer_are_passed_over(unknown: list[bytes], place: int) -> None:
    fields = [b"\x08\x01", b"\x10\x02", b"\x18\x06", b"\x22\x04data"]
    message = b"".join([*fields[:place], *unknown, *fields[place:]])
    assert by_hand(message) == by_protobuf(message) == (1, 2, 6, b"data")


@given(st.binary(max_size=24) | st.lists(st.sampled_from([*range(48), 0x7F, 0x80, 0xFF]), max_size=24).map(bytes))
@example(b"\x08" + b"\xff" * 9 + b"\x7f")  # more than 64 bits
@example(b"\x88\x80\x80\x80\x80\x01\x05")  # a field number beyond 29 bits
@example(b"\x00\x05")  # field 0
@example(b"\x0b\x0c")  # a group
@example(b"\x08" + b"\xff" * 11)  # a number without an end
def test_whatever_is_accepted_means_what_protobuf_says_it_means(message: bytes) -> None:
    try:
        decoded = by_hand(message)
    except ProtocolError:
        return
    assert decoded == by_protobuf(message)


@given(st.integers(1, 2**64 - 1), BUFFERS.map(b"".join), st.data())
def test_a_message_cut_short_is_refused_or_a_shorter_message(
    transfer_id: int, payload: bytes, data: st.DataObject
) -> None:
    message = chunk.encode(transfer_id, 0, len(payload), [memoryview(payload)])
    cut = message[: data.draw(st.integers(0, len(message) - 1))]
    try:
        expected = by_protobuf(cut)
    except DecodeError:
        with pytest.raises(ProtocolError):
            chunk.decode(cut)
    else:
        assert by_hand(cut) == expected


@given(BUFFERS, st.integers(1, 64), st.data())
def test_a_transfer_arrives_whole_wherever_it_is_cut(
    buffers: list[bytes], chunk_bytes: int, data: st.DataObject
) -> None:
    views = [memoryview(buffer) for buffer in buffers]
    whole = b"".join(buffers)
    assembly = Assembly(7, len(whole), limit_bytes=400)
    while True:  # one round for each connection; each begins where the receiver says, or a little before
        start = data.draw(st.integers(0, assembly.received_bytes))
        for message in chunk.split(7, views, chunk_bytes, start):
            decoded = chunk.decode(message)
            assert decoded.data.nbytes <= chunk_bytes
            assembly.add(decoded)
            if data.draw(st.booleans()):
                break
        if assembly.is_complete:
            break
    given_back = assembly.slices([len(buffer) for buffer in buffers])
    assert [bytes(view) for view in given_back] == buffers
    assert all(view.readonly for view in given_back)


@given(BUFFERS, st.integers(1, 64), st.data())
def test_parts_are_aligned_as_they_come_wherever_a_transfer_is_cut(
    buffers: list[bytes], chunk_bytes: int, data: st.DataObject
) -> None:
    views = [memoryview(buffer) for buffer in buffers]
    assembly = AlignedAssembly(7, [len(buffer) for buffer in buffers], limit_bytes=400)
    while not assembly.is_complete:
        for message in chunk.split(7, views, chunk_bytes, data.draw(st.integers(0, assembly.received_bytes))):
            assembly.add(chunk.decode(message))
            if data.draw(st.booleans()):
                break
    parts = assembly.parts()
    assert [bytes(part) for part in parts] == buffers
    assert all(part.readonly for part in parts)
    assert all(np.frombuffer(part, np.uint8).ctypes.data % 64 == 0 for part in parts if part.nbytes)


def test_b4_parts_of_a_transfer_that_is_not_complete_are_refused() -> None:
    assembly = AlignedAssembly(7, [3, 3], limit_bytes=6)
    assembly.add(Chunk(7, 0, 6, memoryview(b"abcd")))
    with pytest.raises(ProtocolError, match="B4"):
        assembly.parts()


def test_b1_an_empty_transfer_is_one_empty_chunk() -> None:
    [message] = chunk.split(1, [], 10)
    assert chunk.decode(message) == Chunk(1, 0, 0, memoryview(b""))


def test_chunks_of_no_bytes_would_never_end_and_are_refused() -> None:
    with pytest.raises(ValueError, match="chunk_bytes=0"):
        next(chunk.split(1, [memoryview(b"x")], 0))


def test_buffers_of_any_item_size_are_sent_as_bytes() -> None:
    wide = memoryview(bytes(range(16))).cast("I")
    parts = [chunk.decode(message).data for message in chunk.split(1, [wide], 5)]
    assert b"".join(parts) == bytes(range(16))


@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        (Chunk(8, 0, 6, memoryview(b"abc")), "B2"),  # of another transfer
        (Chunk(7, 0, 9, memoryview(b"abc")), "B2"),  # of another length
        (Chunk(7, 4, 6, memoryview(b"abc")), "B2"),  # beyond the end
        (Chunk(7, 4, 6, memoryview(b"ab")), "B2"),  # leaves a gap
    ],
)
def test_a_chunk_that_does_not_fit_is_refused_and_changes_nothing(bad: Chunk, rule: str) -> None:
    assembly = Assembly(7, 6, limit_bytes=6)
    assembly.add(Chunk(7, 0, 6, memoryview(b"xyz")))
    with pytest.raises(ProtocolError, match=rule):
        assembly.add(bad)
    assert assembly.received_bytes == 3
    assembly.add(Chunk(7, 3, 6, memoryview(b"abc")))
    assert bytes(assembly.slices([6])[0]) == b"xyzabc"


def test_b3_a_transfer_past_the_limit_is_refused_before_anything_is_allocated() -> None:
    with pytest.raises(ProtocolError, match="B3: transfer 7 has 18446744073709551615 bytes, the limit is 6"):
        Assembly(7, 2**64 - 1, limit_bytes=6)


@pytest.mark.parametrize(("received", "sizes"), list(itertools.product([b"abc", b"abcdef"], [[], [5], [3, 4]])))
def test_b4_sizes_that_do_not_add_up_are_refused(received: bytes, sizes: list[int]) -> None:
    assembly = Assembly(7, 6, limit_bytes=6)
    assembly.add(Chunk(7, 0, 6, memoryview(received)))
    with pytest.raises(ProtocolError, match="B4"):
        assembly.slices(sizes)
