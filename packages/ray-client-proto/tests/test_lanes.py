"""Transfers over real sockets, received where they belong: rules B7 to B10."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wsproto import ConnectionType
from wsproto.connection import Connection
from wsproto.events import BytesMessage, Ping, Pong

from ray_client_proto import lanes, sockets
from ray_client_proto.lanes import LaneSocket
from ray_client_proto.wire import chunk, lane, websocket
from ray_client_proto.wire.chunk import AlignedAssembly, Assembly
from ray_client_proto.wire.errors import ProtocolError
from ray_client_proto.wire.lane import Head
from ray_client_proto.wire.memory import SpareMemory

LIMIT = 1 << 20
SIZES = [3, 0, 70_000, 1, 200_000, 17]
PARTS = [memoryview(bytes((number + at) % 251 for at in range(size))) for number, size in enumerate(SIZES)]
WHOLE = b"".join(bytes(part) for part in PARTS)
Pair = tuple[LaneSocket, LaneSocket]


def joined(ends: tuple[socket.socket, socket.socket] | None = None) -> Pair:
    near, far = ends or socket.socketpair()
    return LaneSocket(near, is_client=True, limit_bytes=LIMIT), LaneSocket(far, is_client=False, limit_bytes=LIMIT)


@pytest.fixture
def pair(ends: tuple[socket.socket, socket.socket]) -> Iterator[Pair]:
    both = joined(ends)
    yield both
    for end in both:
        end.close()
        end.release()


def send(connection: LaneSocket, chunk_bytes: int, from_offset_bytes: int = 0) -> None:
    for offset, total, parts in chunk.pieces(PARTS, chunk_bytes, from_offset_bytes):
        connection.send_head(Head(lane.CHUNK, 7, offset, total), parts)


def receive(connection: LaneSocket, assembly: Assembly) -> None:
    while not assembly.is_complete:
        head = connection.receive_head()
        assert head is not None
        connection.take_chunk(head, assembly)


def in_thread(target: object, *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
    thread.start()
    return thread


@pytest.mark.parametrize("chunk_bytes", [1000, 65_536, 150_000, LIMIT - lane.HEAD_BYTES])
@pytest.mark.parametrize("is_up", [True, False])
def test_a_transfer_comes_whole_both_ways(pair: Pair, chunk_bytes: int, is_up: bool) -> None:
    sender, receiver = pair if is_up else pair[::-1]
    thread = in_thread(send, sender, chunk_bytes)
    assembly: Assembly = Assembly(7, len(WHOLE), LIMIT) if is_up else AlignedAssembly(7, SIZES, LIMIT)
    receive(receiver, assembly)
    thread.join()
    if isinstance(assembly, AlignedAssembly):
        assert assembly.parts() == PARTS
    else:
        assert assembly.slices(SIZES) == PARTS
    receiver.send_head(Head(lane.STATUS, 7, len(WHOLE)))  # the next message is found
    assert sender.receive_head() == Head(lane.STATUS, 7, len(WHOLE))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=20), st.integers(1, 400), st.data())
def test_any_parts_come_whole(buffers: list[bytes], chunk_bytes: int, data: st.DataObject) -> None:
    views = [memoryview(buffer) for buffer in buffers]
    start = data.draw(st.integers(0, sum(map(len, buffers))))
    sender, receiver = joined()
    assembly = AlignedAssembly(7, list(map(len, buffers)), LIMIT)
    if start:
        assembly.write(0, memoryview(b"".join(buffers))[:start])
    for offset, total_bytes, parts in chunk.pieces(views, chunk_bytes, start):
        sender.send_head(Head(lane.CHUNK, 7, offset, total_bytes), parts)
        head = receiver.receive_head()
        assert head is not None and receiver.take_chunk(head, assembly) == offset + sum(part.nbytes for part in parts)
    assert [bytes(part) for part in assembly.parts()] == buffers
    for end in (sender, receiver):
        end.close()
        end.release()


def test_b9_what_came_before_a_cut_is_there_and_the_rest_goes_on_from_it() -> None:
    """A transfer in two messages, cut at every byte."""
    views = [memoryview(bytes(range(60))), memoryview(b"x" * 40)]
    messages = b""
    for offset, total, parts in chunk.pieces(views, 70):
        head = Head(lane.CHUNK, 7, offset, total)
        size_bytes = lane.HEAD_BYTES + sum(part.nbytes for part in parts)
        messages += websocket.header(websocket.BINARY, size_bytes, True) + head.encode() + b"".join(parts)
    for cut in range(len(messages) + 1):
        near, far = socket.socketpair()
        receiver = LaneSocket(far, is_client=False, limit_bytes=LIMIT)
        near.sendall(messages[:cut])
        near.close()
        assembly = Assembly(7, 100, LIMIT)
        if cut < len(messages):
            with pytest.raises(OSError):
                receive(receiver, assembly)
        else:
            receive(receiver, assembly)
        lost = len(messages) - cut
        assert assembly.received_bytes == (100 - lost if lost <= 30 else min(70, max(0, cut - 6 - lane.HEAD_BYTES)))
        receiver.release()
        for offset, total, parts in chunk.pieces(views, 1000, assembly.received_bytes):
            assembly.expect(7, offset, total)
            assembly.write(offset, memoryview(b"".join(parts)))
        assert b"".join(assembly.slices([60, 40])) == bytes(range(60)) + b"x" * 40


def test_the_library_reads_what_a_lane_sends() -> None:
    near, far = socket.socketpair()
    sender, peer = LaneSocket(near, is_client=True, limit_bytes=LIMIT), Connection(ConnectionType.SERVER)
    thread = in_thread(lambda: (send(sender, 100_000), near.shutdown(socket.SHUT_WR)))
    while data := far.recv(50_000):
        peer.receive_data(data)
    thread.join()
    read = b"".join(bytes(event.data) for event in peer.events() if isinstance(event, BytesMessage))
    assembly = Assembly(7, len(WHOLE), LIMIT)
    while read:
        head = lane.read_head(read[: lane.HEAD_BYTES])
        size = min(100_000, len(WHOLE) - head.offset_bytes)
        assembly.write(head.offset_bytes, memoryview(read)[lane.HEAD_BYTES : lane.HEAD_BYTES + size])
        read = read[lane.HEAD_BYTES + size :]
    assert b"".join(assembly.slices(SIZES)) == WHOLE
    sender.release()
    far.close()


@pytest.mark.parametrize("fragment_bytes", [1 << 20, 65_000, 10_001])
def test_s3_a_library_that_masks_and_sends_fragments_is_understood(fragment_bytes: int) -> None:
    near, far = socket.socketpair()
    peer, receiver = Connection(ConnectionType.CLIENT), LaneSocket(far, is_client=False, limit_bytes=LIMIT)
    message = Head(lane.CHUNK, 7, 0, len(WHOLE)).encode() + WHOLE
    sent = b""
    for at in range(0, len(message), fragment_bytes):
        is_last = at + fragment_bytes >= len(message)
        sent += peer.send(BytesMessage(message[at : at + fragment_bytes], message_finished=is_last))
        sent += peer.send(Ping(b"?"))
    thread = in_thread(near.sendall, sent)
    assembly = Assembly(7, len(WHOLE), LIMIT)
    receive(receiver, assembly)
    assert b"".join(assembly.slices(SIZES)) == WHOLE
    thread.join()
    assert not receiver.has_message()  # the last ping is answered by it
    peer.receive_data(near.recv(1000))
    assert {bytes(event.payload) for event in peer.events() if isinstance(event, Pong)} == {b"?"}
    receiver.release()
    near.close()


@pytest.mark.parametrize(
    "head",
    [
        Head(lane.CHUNK, 8, 0, 100),
        Head(lane.CHUNK, 7, 0, 101),
        Head(lane.CHUNK, 7, 1, 100),
        Head(lane.CHUNK, 7, 0, 100),
    ],
    ids=["another transfer", "another length", "a gap", "too much"],
)
def test_b2_what_belongs_elsewhere_is_refused(pair: Pair, head: Head) -> None:
    pair[0].send_head(head, [memoryview(bytes(101))])
    with pytest.raises(ProtocolError, match="B2"):
        receive(pair[1], Assembly(7, 100, LIMIT))


def test_b7_a_message_without_a_head_is_refused(pair: Pair) -> None:
    pair[0]._send(websocket.BINARY, b"hello")
    with pytest.raises(ProtocolError, match="B7"):
        pair[1].receive_head()


def test_s4_a_message_above_the_bound_is_refused(pair: Pair) -> None:
    pair[0]._socket.sendall(websocket.header(websocket.BINARY, LIMIT + 1, True))
    with pytest.raises(ProtocolError, match="S4"):
        pair[1].receive_head()


def test_a_message_that_nobody_wants_to_its_end_is_passed_over(pair: Pair) -> None:
    client, server = pair
    assert not server.has_message()
    client.send_head(Head(lane.CHUNK, 7, 0, 300), [memoryview(bytes(300))])
    assert server.has_message() and server.has_message()
    server.receive_head()
    assert 0 < server.take(memoryview(bytearray(10))) <= 10
    client.send_head(Head(lane.FAILURE), [memoryview(b"why")])
    client.finish()
    assert server.receive_head() == Head(lane.FAILURE)
    assert server.take_rest() == b"why"
    with pytest.raises(OSError, match="ended"):
        server.has_message()


def test_an_end_in_good_order(pair: Pair) -> None:
    pair[0].finish()
    assert pair[1].receive_head() is None


def test_what_was_said_last_is_heard_by_a_peer_that_still_sends(pair: Pair) -> None:
    client, server = pair
    thread = in_thread(lambda: (server.send_head(Head(lane.FAILURE)), server.finish(), server.drain()))
    client.send_head(Head(lane.CHUNK, 7, 0, 500_000), [memoryview(bytes(500_000))])  # more than a socket holds
    assert client.receive_head() == Head(lane.FAILURE)
    client.close()
    thread.join(5)
    assert not thread.is_alive()


def test_s5_a_peer_that_takes_nothing_is_gone(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "QUIET_S", 0.1)
    monkeypatch.setattr(sockets, "ANSWER_S", 0.1)
    monkeypatch.setattr(lanes, "_LOOK_S", 0.01)
    pair[0]._socket.settimeout(0.01)
    with pytest.raises(OSError, match="timed out"):
        for _ in range(100):
            send(pair[0], 100_000)


def test_s5_a_peer_that_says_nothing_is_gone(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "QUIET_S", 0.02)
    monkeypatch.setattr(sockets, "ANSWER_S", 0.02)
    with pytest.raises(OSError, match="no sign of life"):
        pair[0].receive_head()


def test_closing_in_a_forked_child_leaves_the_connection_alone(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", lambda: -1)
    pair[0].close()
    monkeypatch.undo()
    pair[0].send_head(Head(lane.STATUS, 1))
    assert pair[1].receive_head() == Head(lane.STATUS, 1)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="there is no such file")
def test_b10_what_is_announced_takes_no_memory(pair: Pair) -> None:
    def resident_bytes() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    before = resident_bytes()
    size_bytes = 1 << 30
    for assembly in (
        Assembly(7, size_bytes, size_bytes, SpareMemory().allocate),
        AlignedAssembly(7, [size_bytes - 5, 5], size_bytes),
    ):
        pair[0].send_head(Head(lane.CHUNK, 7, 0, size_bytes), [memoryview(bytes(12))])
        head = pair[1].receive_head()
        assert head is not None
        pair[1].take_chunk(head, assembly)
        assert assembly.received_bytes == 12
    assert resident_bytes() - before < 16 << 20
