"""Lanes and logs on sockets, in the driver: rules B7 to B10, L5, and S6."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from ray_client_proto.lanes import LaneSocket
from ray_client_proto.packing import Rate, Sender
from ray_client_proto.sockets import MessageSocket
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.log_pb2 import LogBatch, LogRequest
from ray_client_proto.wire import chunk, lane, packed, websocket
from ray_client_proto.wire.lane import Head
from ray_client_server.config import Limits
from ray_client_server.driver import sockets
from ray_client_server.driver.lanes import LaneService, LogService
from ray_client_server.driver.logs import Logs
from ray_client_server.driver.session import DriverSession
from ray_client_server.driver.sockets import SocketDoor
from ray_client_server.driver.transfers import Downloads, Uploads

LIMIT = 100_000
PARTS = [memoryview(b"stream"), memoryview(bytes(range(256)) * 1000)]
SIZES = [part.nbytes for part in PARTS]
TOTAL = sum(SIZES)
_Socket = TypeVar("_Socket", bound=MessageSocket)


class Rig:
    def __init__(self, path: str) -> None:
        limits = Limits(transfer_bytes=1 << 20)
        self.uploads, self.downloads, self.logs = Uploads(limits), Downloads(limits), Logs()
        session = DriverSession(
            lambda *_: None, replay_bytes=1 << 20, lease_s=10.0, on_end=lambda _: None, on_attach=lambda _: None
        )
        services = LaneService(self.uploads, self.downloads, LIMIT), LogService(self.logs)
        self.path, self.door = path, SocketDoor(path, session, LIMIT, *services)
        self.connections: list[MessageSocket] = []

    def connect(self, kind: bytes, make: type[_Socket], first: bytes = b"") -> _Socket:
        near, far = socket.socketpair()
        with socket.socket(socket.AF_UNIX) as gateway, far:
            gateway.connect(self.path)
            socket.send_fds(gateway, [kind + first], [far.fileno()])
        made = make(near, is_client=True, limit_bytes=1 << 20)
        self.connections.append(made)
        return made

    def lane(self, first: bytes = b"") -> LaneSocket:
        return self.connect(websocket.LANE, LaneSocket, first)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(str(tmp_path / "w"))
    yield rig
    rig.door.close()
    for connection in rig.connections:
        connection.close()
        connection.release()


def send(connection: LaneSocket, transfer_id: int, from_offset_bytes: int = 0) -> None:
    for offset, total, parts in chunk.pieces(PARTS, 50_000, from_offset_bytes):
        connection.send_head(Head(lane.CHUNK, transfer_id, offset, total), parts)


def test_an_upload_is_there_once_its_status_says_so(rig: Rig) -> None:
    connection = rig.lane()
    for transfer_id in (1, 2):
        send(connection, transfer_id)
        assert connection.receive_head() == Head(lane.STATUS, transfer_id, TOTAL)
        assert rig.uploads.take(transfer_id, SIZES) == PARTS


def test_b8_a_cut_upload_goes_on_where_the_driver_says(rig: Rig) -> None:
    first = rig.lane()
    frame = websocket.header(websocket.BINARY, lane.HEAD_BYTES + 50_000, True)
    first._socket.sendall(frame + Head(lane.CHUNK, 7, 0, TOTAL).encode() + bytes(PARTS[0]) + bytes(PARTS[1][:1000]))
    first.close()
    second = rig.lane()
    received_bytes = 0
    while received_bytes < 1006:  # the driver may have begun to read the second one first
        second.send_head(Head(lane.STATUS, 7))
        head = second.receive_head()
        assert head is not None
        received_bytes = head.offset_bytes
    assert received_bytes == 1006
    send(second, 7, received_bytes)
    assert second.receive_head() == Head(lane.STATUS, 7, TOTAL)
    assert rig.uploads.take(7, SIZES) == PARTS


def test_b8_a_download_comes_from_where_its_client_says(rig: Rig) -> None:
    transfer_id = rig.downloads.keep(PARTS)
    connection = rig.lane()
    for begin in (0, 3, 100_000, TOTAL):
        connection.send_head(Head(lane.DOWNLOAD, transfer_id, begin))
        assembly = chunk.AlignedAssembly(transfer_id, SIZES, TOTAL)
        assembly.write(0, memoryview(b"".join(PARTS))[:begin])
        while True:
            head = connection.receive_head()
            assert head is not None
            if connection.take_chunk(head, assembly) == TOTAL:
                break
        assert assembly.parts() == PARTS


def test_b11_pieces_are_compressed_both_ways_where_the_client_says_that_the_link_is_slow(rig: Rig) -> None:
    connection = rig.lane()
    Sender(connection, 7, Rate(1000)).send(PARTS, 50_000, 0)
    assert connection.receive_head() == Head(lane.STATUS, 7, TOTAL)
    assert rig.uploads.take(7, SIZES) == PARTS
    transfer_id = rig.downloads.keep(PARTS)
    for rate, kinds in ((1000, {lane.PACKED}), (0, {lane.CHUNK}), (1 << 30, {lane.CHUNK})):
        connection.send_head(Head(lane.PACKED_DOWNLOAD, transfer_id, 10, rate))
        assembly, came = chunk.AlignedAssembly(transfer_id, SIZES, TOTAL), set()
        assembly.write(0, memoryview(b"".join(PARTS))[:10])
        while not assembly.is_complete:
            head = connection.receive_head()
            assert head is not None
            came.add(head.kind)
            connection.take_chunk(head, assembly)
        assert assembly.parts() == PARTS and came == kinds


def test_b11_a_compressed_piece_counts_when_all_of_it_is_there(rig: Rig) -> None:
    pieces = [packed.Packer().pack(parts, 50_000) for _, _, parts in chunk.pieces([PARTS[1][:100_000]], 50_000)]
    first = rig.lane()
    first.send_head(Head(lane.PACKED, 7, 0, 100_000), [memoryview(pieces[0])])
    frame = websocket.header(websocket.BINARY, lane.HEAD_BYTES + len(pieces[1]), True)
    first._socket.sendall(frame + Head(lane.PACKED, 7, 50_000, 100_000).encode() + pieces[1][:-1])
    first.close()
    second = rig.lane()
    received_bytes = 0
    while not received_bytes:  # the driver may have begun to read the second one first
        second.send_head(Head(lane.STATUS, 7))
        head = second.receive_head()
        assert head is not None
        received_bytes = head.offset_bytes
    assert received_bytes == 50_000
    second.send_head(Head(lane.CHUNK, 7, 50_000, 100_000), [PARTS[1][50_000:100_000]])
    assert second.receive_head() == Head(lane.STATUS, 7, 100_000)
    assert rig.uploads.take(7, [100_000]) == [PARTS[1][:100_000]]


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (Head(lane.CHUNK, 7, 0, 1 << 21), Failure.LIMIT_EXCEEDED),  # B3
        (Head(lane.CHUNK, 0, 0, 10), Failure.PROTOCOL_VIOLATION),  # B2
        (Head(lane.CHUNK, 7, 5, 10), Failure.PROTOCOL_VIOLATION),  # B2
        (Head(lane.PACKED, 7, 0, 10), Failure.PROTOCOL_VIOLATION),  # B11: no frame
        (Head(lane.CHUNK, 3, 0, 10), Failure.PROTOCOL_VIOLATION),  # B2: it was used
        (Head(lane.DOWNLOAD, 9), Failure.UNKNOWN_OBJECT),
        (Head(lane.FAILURE), Failure.PROTOCOL_VIOLATION),  # B7
    ],
)
def test_what_is_refused_is_said_before_the_end(rig: Rig, head: Head, code: Failure.Code) -> None:
    before = rig.lane()
    before.send_head(Head(lane.CHUNK, 3, 0, 1), [memoryview(b"x")])
    before.receive_head()
    rig.uploads.take(3, [1])
    connection = rig.lane()
    connection.send_head(head, [memoryview(bytes(90_000))])
    assert connection.receive_head() == Head(lane.FAILURE)
    assert Failure.FromString(connection.take_rest()).code == code
    assert connection.receive_head() is None
    assert rig.uploads.received_bytes(7) == 0


def test_what_came_with_the_request_counts(rig: Rig) -> None:
    start = websocket.header(websocket.BINARY, lane.HEAD_BYTES, True) + Head(lane.STATUS, 7).encode()
    assert rig.lane(first=start).receive_head() == Head(lane.STATUS, 7, 0)


def test_l5_logs_come_in_messages_and_can_be_asked_for_again(rig: Rig) -> None:
    connection = rig.connect(websocket.LOGS, MessageSocket)
    record = logging.LogRecord("ray", logging.WARNING, "file", 1, "hello", None, None)

    def log_until_heard() -> LogBatch:
        connection.send(LogRequest(is_enabled=True, level=logging.INFO).SerializeToString())
        while not rig.logs._readers or not rig.logs._readers[0]._wanted.is_enabled:
            pass  # the driver's thread has not read it yet
        rig.logs.emit(record)
        return LogBatch.FromString(connection.receive() or b"")

    for _ in range(2):
        assert [each.text for each in log_until_heard().records] == ["hello"]
    connection.finish()
    assert connection.receive() is None
    assert not rig.logs._readers


def test_l5_what_is_no_request_ends_the_connection(rig: Rig) -> None:
    connection = rig.connect(websocket.LOGS, MessageSocket)
    connection.send(b"\xff\xff")
    with pytest.raises(OSError):
        connection.receive()


def test_s6_a_kind_that_the_driver_does_not_know_gets_none(rig: Rig) -> None:
    with pytest.raises(OSError):
        rig.connect(b"\x09", MessageSocket).receive()


def test_there_is_a_bound_for_connections(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "_CONNECTIONS", 2)
    kept = [rig.lane(), rig.lane()]
    for connection in kept:
        connection.send_head(Head(lane.STATUS, 1))
        assert connection.receive_head() is not None
    with pytest.raises(OSError):
        rig.lane().receive_head()
