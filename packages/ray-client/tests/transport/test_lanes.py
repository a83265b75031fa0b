"""Lanes on sockets: kept for the next transfer, resumed after a cut, left for gRPC where none comes through."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from ray_client.errors import LimitExceededError, ProtocolViolationError
from ray_client.transport.lanes import SocketLanes
from ray_client.transport.stream import StreamCutError
from ray_client_proto import lane_pool
from ray_client_proto.lane_pool import LanePool
from ray_client_proto.lanes import LaneSocket
from ray_client_proto.packing import Rate, Sender
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import chunk, lane
from ray_client_proto.wire.lane import Head

LIMIT = 10_000
PARTS = [memoryview(bytes(range(250)) * 100), memoryview(b"x" * 33)]
SIZES = [part.nbytes for part in PARTS]
TOTAL = sum(SIZES)


class Grpc:
    """Takes note of what is asked of it."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def upload(self, transfer_id: int, parts: Sequence[memoryview], offset_bytes: int) -> int:
        self.calls.append("upload")
        return TOTAL

    def received_bytes(self, transfer_id: int) -> int:
        self.calls.append("received_bytes")
        return 0

    def download(self, assembly: chunk.Assembly) -> None:
        self.calls.append("download")


class Driver:
    """The other end of every lane; what it does with the next message can be changed."""

    def __init__(self) -> None:
        self.assembly = chunk.Assembly(7, TOTAL, TOTAL)
        self.connections: list[LaneSocket] = []
        self.is_refusing = self.is_away = False
        self.does: Callable[[LaneSocket, Head], None] = self.answer

    def connect(self) -> LaneSocket:
        if self.is_refusing:
            raise ValueError("refused")
        if self.is_away:
            raise OSError("away")
        near, far = socket.socketpair()
        self.connections.append(LaneSocket(far, is_client=False, limit_bytes=LIMIT))
        threading.Thread(target=self._serve, args=(self.connections[-1],), daemon=True).start()
        return LaneSocket(near, is_client=True, limit_bytes=LIMIT)

    def _serve(self, connection: LaneSocket) -> None:
        try:
            while (head := connection.receive_head()) is not None:
                self.does(connection, head)
        except OSError:
            pass
        finally:
            connection.close()
            connection.release()

    def answer(self, connection: LaneSocket, head: Head) -> None:
        if head.kind == lane.DOWNLOAD:
            for offset, total, parts in chunk.pieces(PARTS, lane.chunk_bytes(LIMIT), head.offset_bytes):
                connection.send_head(Head(lane.CHUNK, 7, offset, total), parts)
        elif head.kind == lane.STATUS or connection.take_chunk(head, self.assembly) == TOTAL:
            connection.send_head(Head(lane.STATUS, 7, self.assembly.received_bytes))


@pytest.fixture
def driver() -> Driver:
    return Driver()


@pytest.fixture
def grpc() -> Grpc:
    return Grpc()


@pytest.fixture
def pool(driver: Driver) -> Iterator[LanePool]:
    pool = LanePool(driver.connect)
    yield pool
    pool.close()


@pytest.fixture
def made(pool: LanePool, grpc: Grpc) -> SocketLanes:
    return SocketLanes(pool, grpc, "an-id", LIMIT)


def assembly() -> chunk.AlignedAssembly:
    return chunk.AlignedAssembly(7, SIZES, TOTAL)


def test_transfers_go_one_after_the_other_on_one_connection(driver: Driver, made: SocketLanes, grpc: Grpc) -> None:
    for _ in range(3):
        assert made.upload(7, PARTS, 0) == TOTAL
        down = assembly()
        made.download(down)
        assert down.parts() == PARTS
        assert made.received_bytes(7) == TOTAL
    assert driver.assembly.slices(SIZES) == PARTS
    assert len(driver.connections) == 1 and not grpc.calls


def test_b11_a_slow_link_is_remembered_for_the_next_transfer_until_a_cut(driver: Driver, pool: LanePool) -> None:
    made, heads, rates = SocketLanes(pool, Grpc(), "an-id", LIMIT, packs=True), [], [0]

    def answer(connection: LaneSocket, head: Head) -> None:
        heads.append(head)
        if head.kind == lane.PACKED_DOWNLOAD:
            Sender(connection, 7, Rate(rates[-1])).send(PARTS, lane.chunk_bytes(LIMIT), head.offset_bytes)
        else:
            driver.answer(connection, head)

    driver.does = answer
    assert made._up is not None and made._down is not None
    made.upload(7, PARTS, 0)
    made.download(assembly())
    assert {head.kind for head in heads} == {lane.CHUNK, lane.PACKED_DOWNLOAD} and heads[-1].total_bytes == 0
    for rate in (made._up, made._down):
        rate.forget()
        rate.passed(100, 0.1)
    heads.clear()
    rates.append(1000)
    driver.assembly = chunk.Assembly(7, TOTAL, TOTAL)
    made.upload(7, PARTS, 0)
    down = assembly()
    made.download(down)
    assert down.parts() == PARTS and driver.assembly.slices(SIZES) == PARTS
    assert {head.kind for head in heads} == {lane.PACKED, lane.PACKED_DOWNLOAD} and heads[-1].total_bytes == 1000
    driver.does = lambda connection, _head: connection.close()
    with pytest.raises(StreamCutError):
        made.download(assembly())
    assert made._up.bytes_s == made._down.bytes_s == 0


def test_transfers_at_the_same_time_have_connections_of_their_own(
    driver: Driver, made: SocketLanes, pool: LanePool
) -> None:
    barrier = threading.Barrier(4)

    def meet(connection: LaneSocket, head: Head) -> None:
        barrier.wait(10)
        driver.answer(connection, head)

    driver.does = meet
    threads = [threading.Thread(target=made.received_bytes, args=(7,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(driver.connections) == 4 and len(pool._kept) == 2


@pytest.mark.parametrize("cut_at", [0, 1, 9_000, TOTAL - 1])
def test_a_cut_is_said_and_the_next_try_goes_on(driver: Driver, made: SocketLanes, cut_at: int) -> None:
    def cut(connection: LaneSocket, head: Head) -> None:
        at = head.offset_bytes
        while at < cut_at and (taken := connection.take(memoryview(bytearray(min(100, cut_at - at))))):
            driver.assembly.write(at, memoryview(b"".join(PARTS))[at : at + taken])
            at += taken
        if at >= cut_at:
            raise OSError("cut here")

    driver.does = cut
    with pytest.raises(StreamCutError):
        made.upload(7, PARTS, 0)
    driver.does = driver.answer
    assert made.received_bytes(7) == cut_at
    assert made.upload(7, PARTS, cut_at) == TOTAL
    assert driver.assembly.slices(SIZES) == PARTS


def test_what_came_of_a_download_before_a_cut_is_kept(driver: Driver, made: SocketLanes) -> None:
    def cut(connection: LaneSocket, head: Head) -> None:
        connection.send_head(Head(lane.CHUNK, 7, 0, TOTAL), [PARTS[0][:5_000]])
        connection.close()

    driver.does = cut
    down = assembly()
    with pytest.raises(StreamCutError):
        made.download(down)
    assert down.received_bytes == 5_000
    driver.does = driver.answer
    made.download(down)
    assert down.parts() == PARTS


def test_what_the_driver_refuses_is_raised_even_in_the_middle(driver: Driver, made: SocketLanes) -> None:
    def refuse(connection: LaneSocket, head: Head) -> None:
        failure = Failure(code=Failure.LIMIT_EXCEEDED, message="too large", details={"flag": "--limit-x"})
        connection.send_head(Head(lane.FAILURE), [memoryview(failure.SerializeToString())])
        connection.finish()
        connection.drain()

    driver.does = refuse
    for transfer in (lambda: made.upload(7, PARTS * 40, 0), lambda: made.download(assembly())):
        with pytest.raises(LimitExceededError, match="--limit-x"):
            transfer()
    driver.does = driver.answer
    assert made.upload(7, PARTS, 0) == TOTAL


def test_a_message_that_cannot_come_is_a_cut(driver: Driver, made: SocketLanes) -> None:
    driver.does = lambda connection, head: connection.send_head(Head(lane.CHUNK, 7, 0, TOTAL))
    with pytest.raises(StreamCutError, match="B7"):
        made.received_bytes(7)


def test_a_violation_is_told(driver: Driver, made: SocketLanes) -> None:
    failure = Failure(code=Failure.PROTOCOL_VIOLATION, message="B2").SerializeToString()
    driver.does = lambda connection, head: connection.send_head(Head(lane.FAILURE), [memoryview(failure)])
    with pytest.raises(ProtocolViolationError):
        made.download(assembly())


def test_a_connection_that_ended_while_nobody_used_it_is_no_failure(driver: Driver, made: SocketLanes) -> None:
    for _ in range(3):
        made.received_bytes(7)
        driver.connections[-1].finish()
    assert len(driver.connections) == 3


def test_a_ping_while_nobody_used_it_is_answered(driver: Driver, made: SocketLanes) -> None:
    made.received_bytes(7)
    driver.connections[-1].ping()
    made.received_bytes(7)
    assert len(driver.connections) == 1


def test_one_that_was_not_used_for_long_is_not_used_again(
    driver: Driver, made: SocketLanes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.received_bytes(7)
    monkeypatch.setattr(lane_pool, "_KEPT_S", 0.0)
    made.received_bytes(7)
    assert len(driver.connections) == 2


def test_where_connections_are_refused_grpc_has_its_turn(
    driver: Driver, made: SocketLanes, grpc: Grpc, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.is_refusing = True
    assert made.upload(7, PARTS, 0) == TOTAL
    made.download(assembly())
    driver.is_refusing = False
    made.received_bytes(7)
    assert grpc.calls == ["upload", "download", "received_bytes"] and not driver.connections
    now = time.monotonic() + lane_pool._OTHERWISE_S
    monkeypatch.setattr(time, "monotonic", lambda: now)
    assert made.received_bytes(7) == 0 and driver.connections


def test_where_connections_get_nothing_through_grpc_has_its_turn(driver: Driver, made: SocketLanes, grpc: Grpc) -> None:
    driver.does = lambda connection, head: connection.close()
    for _ in range(2):
        with pytest.raises(StreamCutError):
            made.download(assembly())
    made.download(assembly())
    assert grpc.calls == ["download"]


def test_closing_cuts_what_is_under_way_and_what_is_kept(driver: Driver, made: SocketLanes, pool: LanePool) -> None:
    made.received_bytes(7)
    asked = threading.Event()
    driver.does = lambda connection, head: asked.set()
    cut: list[BaseException] = []

    def wait() -> None:
        try:
            made.received_bytes(7)
        except StreamCutError as error:
            cut.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    assert asked.wait(10)
    pool.close()
    thread.join(10)
    assert cut and not pool._kept
    with pytest.raises(StreamCutError):
        made.received_bytes(7)


def test_where_nobody_is_there_the_next_try_is_another_socket(driver: Driver, made: SocketLanes, grpc: Grpc) -> None:
    driver.is_away = True
    with pytest.raises(StreamCutError, match="away"):
        made.received_bytes(7)
    driver.is_away = False
    assert made.received_bytes(7) == 0 and not grpc.calls
