"""Transfers over real sockets that are compressed where that is faster: rule B11."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ray_client_proto.lanes import LaneSocket
from ray_client_proto.packing import Rate, Sender
from ray_client_proto.tls import TlsSocket
from ray_client_proto.wire import lane, packed
from ray_client_proto.wire.chunk import AlignedAssembly
from ray_client_proto.wire.errors import ProtocolError
from ray_client_proto.wire.lane import Head

LIMIT = 5 << 20
CHUNK_BYTES = 4 << 20
PIECE = packed.PIECE_BYTES
SLOW = 1000  #: bytes a second; any compressor is faster
TEXT = b"".join(b"%d is a number, and %d its square\n" % (each, each * each) for each in range(60_000))
NOISE = os.urandom(30 * PIECE)
Pair = tuple[LaneSocket, LaneSocket]


@pytest.fixture
def pair(ends: tuple[socket.socket, socket.socket] | tuple[TlsSocket, TlsSocket]) -> Iterator[Pair]:
    both = tuple(LaneSocket(end, is_client=not number, limit_bytes=LIMIT) for number, end in enumerate(ends))
    yield both  # type: ignore[misc]
    for end in both:
        end.close()
        end.release()


def sent(pair: Pair, data: bytes, rate: Rate | None, begin: int = 0) -> list[Head]:
    """Send it, see that it comes, and give the heads of what came."""
    assembly = AlignedAssembly(7, [len(data) // 3, len(data) - len(data) // 3], 1 << 30)
    assembly.write(0, memoryview(data)[:begin])
    views = [memoryview(data)[: len(data) // 3], memoryview(data)[len(data) // 3 :]]
    thread = threading.Thread(target=Sender(pair[0], 7, rate).send, args=(views, CHUNK_BYTES, begin), daemon=True)
    thread.start()
    heads = []
    while not assembly.is_complete:
        head = pair[1].receive_head()
        assert head is not None
        pair[1].take_chunk(head, assembly)
        heads.append(head)
    thread.join()
    assert b"".join(assembly.parts()) == data
    return heads


def kinds(heads: list[Head]) -> set[int]:
    return {head.kind for head in heads}


def test_text_is_compressed_on_a_slow_link(pair: Pair) -> None:
    heads = sent(pair, TEXT, Rate(SLOW))
    assert kinds(heads) == {lane.PACKED}
    assert [head.offset_bytes for head in heads] == list(range(0, len(TEXT), PIECE))


class Steady(Rate):
    """A rate that no load on this machine changes, and no time that has passed since it was made."""

    @property
    def bytes_s(self) -> int:
        return self._bytes_s


@pytest.mark.parametrize("rate", [None, Steady(1 << 30)], ids=["not agreed on", "fast"])
def test_nothing_is_compressed_otherwise(pair: Pair, rate: Rate | None) -> None:
    data = TEXT * 2 + NOISE[:100]
    assert sent(pair, data, rate) == [
        Head(lane.CHUNK, 7, begin, len(data)) for begin in range(0, len(data), CHUNK_BYTES)
    ]


def test_what_does_not_shrink_is_tried_now_and_then(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    pack = packed.Packer.pack

    def count(packer: packed.Packer, parts: list[memoryview], size_bytes: int) -> bytes:
        tried.append(size_bytes)
        return pack(packer, parts, size_bytes)

    monkeypatch.setattr(packed.Packer, "pack", count)
    rate = Rate(SLOW)
    monkeypatch.setattr(rate, "passed", lambda *_: None)  # it stays slow
    assert kinds(sent(pair, NOISE, rate)) == {lane.CHUNK}
    assert tried == [PIECE] * 2  # of 30
    assert kinds(sent(pair, NOISE + TEXT * 3, rate)) == {lane.CHUNK, lane.PACKED}


def test_a_compressor_slower_than_the_link_is_not_used(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]

    def slowly(*_: object) -> bytes:
        now[0] += 1.0
        return b"small"

    monkeypatch.setattr(packed.Packer, "pack", slowly)
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    assert kinds(sent(pair, TEXT, Rate(PIECE * 2))) == {lane.CHUNK}


def test_an_unknown_link_is_measured_before_anything_is_compressed(pair: Pair) -> None:
    rate = Rate()
    heads = sent(pair, TEXT, rate)
    assert kinds(heads) == {lane.CHUNK} and len(heads) > 1  # small, so that it is known soon
    for _ in range(3):
        rate.passed(10, 0.02)  # as a slow one would
    assert 0 < rate.bytes_s < 1_000_000_000
    rate.forget()
    assert rate.bytes_s == 0


def test_a_link_that_never_makes_us_wait_is_measured_again(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    real, ahead = time.perf_counter, [0.0]
    pack = packed.Packer.pack

    def slowly(packer: packed.Packer, parts: list[memoryview], size_bytes: int) -> bytes:
        ahead[0] += 10.0  # longer than sending ever takes
        return pack(packer, parts, size_bytes)

    monkeypatch.setattr(packed.Packer, "pack", slowly)
    monkeypatch.setattr(time, "perf_counter", lambda: real() + ahead[0])
    heads = sent(pair, TEXT * 9, Rate(1))
    assert [head.kind for head in heads[:65]] == [lane.PACKED] * 64 + [lane.CHUNK]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, len(TEXT)), st.booleans())
def test_it_goes_on_from_any_byte(begin: int, is_slow: bool) -> None:
    near, far = socket.socketpair()
    pair = LaneSocket(near, is_client=True, limit_bytes=LIMIT), LaneSocket(far, is_client=False, limit_bytes=LIMIT)
    assert sent(pair, TEXT + NOISE[:50], Rate(SLOW * is_slow), begin)[0].offset_bytes == begin
    for end in pair:
        end.close()
        end.release()


def test_a_sender_ends_where_nobody_wants_more(pair: Pair) -> None:
    wanted = [True, False]
    Sender(pair[0], 7, Rate(SLOW)).send([memoryview(TEXT)], CHUNK_BYTES, 0, lambda: wanted.pop(0))
    pair[0].finish()
    heads = []
    while (head := pair[1].receive_head()) is not None:
        heads.append(head)
    assert len(heads) == 1


@pytest.mark.parametrize(
    ("frame", "error"),
    [(bytes(PIECE + 1), "more than"), (packed.Packer().pack([memoryview(b"x" * 101)], 101), "B2"), (b"no", "opened")],
    ids=["a message too long", "past the end", "no frame"],
)
def test_b11_what_cannot_be_opened_or_is_too_long_changes_nothing(pair: Pair, frame: bytes, error: str) -> None:
    threading.Thread(
        target=pair[0].send_head, args=(Head(lane.PACKED, 7, 0, 100), [memoryview(frame)]), daemon=True
    ).start()
    head = pair[1].receive_head()
    assembly = AlignedAssembly(7, [100], 100)
    assert head is not None
    with pytest.raises(ProtocolError, match=error):
        pair[1].take_chunk(head, assembly)
    assert assembly.received_bytes == 0


def test_a_rate_holds_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    rate = Rate()
    rate.passed(1_000, 0.04)
    assert rate.bytes_s == 0  # too short to tell
    rate.waited(0.06)
    assert rate.bytes_s == 10_000
    rate.waited(50.0)  # says nothing that is not known better
    rate.passed(3_000, 0.1)
    assert rate.bytes_s == 30_000
    now[0] += 11
    assert rate.bytes_s == 0
    assert Rate(5).bytes_s == 5
