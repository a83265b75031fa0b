"""Bytes of TCP connections over connections of a session's: rules F2 to F5."""

from __future__ import annotations

import os
import select
import socket
import threading
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from ray_client_proto.ports import PIECE_BYTES, PortSocket, Target, carry
from ray_client_proto.sockets import ClosedError
from ray_client_proto.tls import TlsSocket
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import websocket
from ray_client_proto.wire.errors import ProtocolError

LARGE = os.urandom(1 << 20) * 12  # more than the buffers of three connections hold
WITHIN_S = 20.0


class Way(NamedTuple):
    """A program here and a server there, and the connection that carries what they say."""

    program: socket.socket
    server: socket.socket
    near: PortSocket
    far: PortSocket
    threads: list[threading.Thread]

    def join(self) -> None:
        for thread in self.threads:
            thread.join(WITHIN_S)
        assert not any(thread.is_alive() for thread in self.threads)


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        near = socket.create_connection(listener.getsockname())
        far, _ = listener.accept()
    for end in (near, far):
        end.settimeout(WITHIN_S)
    return near, far


def tunnels(ends: tuple[socket.socket, socket.socket] | tuple[TlsSocket, TlsSocket]) -> tuple[PortSocket, PortSocket]:
    near, far = (PortSocket(end, is_client=not at, limit_bytes=1000) for at, end in enumerate(ends))
    return near, far


@pytest.fixture
def way(ends: tuple[socket.socket, socket.socket]) -> Iterator[Way]:
    near, far = tunnels(ends)
    (program, here), (there, server) = tcp_pair(), tcp_pair()
    threads = [
        threading.Thread(target=carry, args=(tunnel, plain), daemon=True)
        for tunnel, plain in ((near, here), (far, there))
    ]
    for thread in threads:
        thread.start()
    made = Way(program, server, near, far, threads)
    yield made
    for tunnel in (near, far):
        tunnel.close()
    made.join()
    for each in (program, server):
        each.close()
    for tunnel in (near, far):
        tunnel.release()


def everything(connection: socket.socket) -> bytes:
    received = bytearray()
    while piece := connection.recv(1 << 16):
        received += piece
    return bytes(received)


def send_all(connection: socket.socket, data: bytes) -> threading.Thread:
    def send() -> None:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    return thread


def is_readable(connection: socket.socket, within_s: float = 0.0) -> bool:
    return bool(select.select([connection], [], [], within_s)[0])


def fill(connection: socket.socket) -> int:
    """Send until nothing more is taken for a while; give how much was."""
    connection.settimeout(0.5)
    sent = 0
    try:
        while True:
            sent += connection.send(LARGE)
    except TimeoutError:
        connection.settimeout(WITHIN_S)
    return sent


def test_each_side_ends_in_its_own_time(way: Way) -> None:
    """F3"""
    way.program.sendall(b"question")
    way.program.shutdown(socket.SHUT_WR)
    assert everything(way.server) == b"question"
    way.server.sendall(b"answer")
    way.server.close()
    assert everything(way.program) == b"answer"
    way.join()


def test_large_bodies_go_both_ways_at_the_same_time(way: Way) -> None:
    """F3"""
    senders = [send_all(end, LARGE) for end in (way.program, way.server)]
    assert everything(way.program) == LARGE
    assert everything(way.server) == LARGE
    for sender in senders:
        sender.join(WITHIN_S)
    way.join()


def test_a_slow_reader_holds_its_sender_and_nobody_else(way: Way) -> None:
    """F4"""
    taken = fill(way.server)
    assert fill(way.server) < 1 << 20  # what is on the way has a bound
    way.program.sendall(b"still here")
    assert way.server.recv(100) == b"still here"
    way.near.ping()  # and is answered, though the other side waits for room
    way.server.close()
    received = everything(way.program)
    assert len(received) >= taken


def test_a_sign_of_life_is_answered_while_the_sender_waits(ends: tuple[socket.socket, socket.socket]) -> None:
    """F4, S5"""
    near, far = tunnels(ends)
    waiting = threading.Thread(target=lambda: [far.send(LARGE[:PIECE_BYTES]) for _ in range(200)], daemon=True)
    waiting.start()
    near.ping()
    near.send(b"after")
    memory = memoryview(bytearray(PIECE_BYTES))
    assert far.receive(memory) == len(b"after")  # it has passed the ping, and did not wait for room for an answer
    taken = 0
    while taken < 200 * PIECE_BYTES:
        taken += near.receive(memory) or 0
    waiting.join(WITHIN_S)
    for tunnel in (near, far):
        tunnel.close()
        tunnel.release()


def test_a_cut_is_no_end(way: Way) -> None:
    """F5"""
    way.server.sendall(b"a part")
    assert way.program.recv(100) == b"a part"
    way.far.close()
    for end in (way.program, way.server):
        with pytest.raises(ConnectionResetError):
            everything(end)
    way.join()


@pytest.mark.parametrize("breaks", ["program", "server"])
def test_what_breaks_at_one_end_breaks_at_the_other(way: Way, breaks: str) -> None:
    """F5"""
    ends = {"program": way.program, "server": way.server}
    broken = ends.pop(breaks)
    broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    broken.close()
    [other] = ends.values()
    with pytest.raises(ConnectionResetError):
        everything(other)
    way.join()


def test_a_program_that_leaves_ends_what_is_still_sent_to_it(way: Way) -> None:
    """F5"""
    way.program.close()
    with pytest.raises(ConnectionError):
        while True:
            way.server.sendall(LARGE)
    way.join()


def test_who_waits_for_a_reader_notices_that_the_other_side_is_gone(way: Way) -> None:
    """F5: nobody reads at the program, and no byte of the connection is read that would tell."""
    fill(way.server)
    way.far.close()
    way.join()


def test_an_end_before_the_bytes_are_over_is_a_cut(way: Way) -> None:
    """F5"""
    way.far.finish()
    with pytest.raises(ConnectionResetError):
        everything(way.program)


def test_a_message_may_come_in_fragments(ends: tuple[socket.socket, socket.socket]) -> None:
    """S3"""
    near, far = tunnels(ends)
    binary, more = websocket.BINARY, websocket.CONTINUATION
    for opcode, data in ((binary, b"ab"), (more, b"c"), (more | 0x80, b""), (binary | 0x80, b"")):
        near._socket.sendall(bytes((opcode, 0x80 | len(data))) + bytes(4) + data)
    memory = memoryview(bytearray(10))
    assert [far.receive(memory) for _ in range(3)] == [2, 1, 0]
    for tunnel in (near, far):
        tunnel.close()
        tunnel.release()


def test_a_target_is_read_as_it_was_said(ends: tuple[socket.socket, socket.socket]) -> None:
    """F2"""
    near, far = tunnels(ends)
    near.send(Target("köln.example", 65535).encode())
    assert far.receive_target() == Target("köln.example", 65535)
    near.send(b"\0\1\xff")
    with pytest.raises(ProtocolError, match="F2"):
        far.receive_target()
    near.send(bytes(1000))
    with pytest.raises(ProtocolError):
        far.receive_target()
    for tunnel in (near, far):
        tunnel.close()
        tunnel.release()


def test_a_refusal_says_why(ends: tuple[socket.socket, socket.socket]) -> None:
    """F2"""
    near, far = tunnels(ends)
    far.refuse(Failure.INVALID_ARGUMENT, "nobody answers there")
    with pytest.raises(ClosedError, match="nobody answers there"):
        near.receive(memoryview(bytearray(1)))
    for tunnel in (near, far):
        tunnel.close()
        tunnel.release()
