"""What is no message gets a typed failure, on each kind of connection, and the next one of that kind works."""

from __future__ import annotations

import queue
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ray_client_proto import threads
from ray_client_proto.lanes import LaneSocket
from ray_client_proto.sockets import ClosedError, MessageSocket
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.frame_pb2 import Attach, ClientFrame, ServerFrame
from ray_client_proto.v1.log_pb2 import DRIVER, LogBatch, LogRecord, LogRequest
from ray_client_proto.v1.operation_pb2 import Get, Replies
from ray_client_proto.wire import calls, lane, websocket
from ray_client_proto.wire.lane import Head
from ray_client_server.driver.dispatch import carry_out
from ray_client_server.driver.lanes import LaneService, LogService
from ray_client_server.driver.logs import Logs
from ray_client_server.driver.session import DriverSession
from ray_client_server.driver.sockets import SocketDoor

LIMIT_BYTES = 10_000
VIOLATION = websocket.FAILURES + Failure.PROTOCOL_VIOLATION

#: Protobuf reads none of these: an end too early, a field without a type, messages in one another without end.
NO_MESSAGES = {
    "cut off": b"\x0a\xff\x01",
    "no type": b"\xff\xff",
    "too deep": b"",
    "too large": bytes(LIMIT_BYTES + 1),
}
for _ in range(150):
    size = len(NO_MESSAGES["too deep"])
    NO_MESSAGES["too deep"] = b"\x0b" + NO_MESSAGES["too deep"] + b"\x0c" if size else b"\x0b\x0c"  # groups


class Rig:
    def __init__(self, holdings: Any, path: str) -> None:
        self.deaths: queue.SimpleQueue[str] = queue.SimpleQueue()
        threads.tell_deaths(self.deaths.put)
        self.logs, self.path = Logs(), path
        session = DriverSession(
            lambda operation, answer: carry_out(holdings, operation, answer),
            replay_bytes=1 << 20,
            lease_s=9.0,
            on_end=self.deaths.put,
            on_attach=lambda _: None,
        )
        lanes = LaneService(holdings.uploads, holdings.downloads, LIMIT_BYTES)
        self.door = SocketDoor(path, session, LIMIT_BYTES, lanes, LogService(self.logs))
        self.open: list[Any] = []

    def connect(self, kind: bytes) -> Any:
        near, far = socket.socketpair()
        with socket.socket(socket.AF_UNIX) as gateway, far:
            gateway.connect(self.path)
            socket.send_fds(gateway, [kind], [far.fileno()])
        make = LaneSocket if kind == websocket.LANE else MessageSocket
        self.open.append(make(near, is_client=True, limit_bytes=1 << 20))
        return self.open[-1]


@pytest.fixture
def rig(holdings: Any, tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(holdings, str(tmp_path / "w"))
    yield rig
    assert rig.deaths.empty()
    threads.tell_deaths(lambda _: None)
    rig.door.close()
    for connection in rig.open:
        connection.close()
        connection.release()


def attach(rig: Rig) -> MessageSocket:
    messages: MessageSocket = rig.connect(websocket.DATA)
    messages.post(ClientFrame(attach=Attach()).SerializeToString())
    answer = messages.receive()
    assert answer is not None and ServerFrame.FromString(answer).HasField("attached")
    return messages


@pytest.mark.parametrize("body", NO_MESSAGES.values(), ids=NO_MESSAGES)
def test_on_a_data_stream(rig: Rig, body: bytes) -> None:
    messages = attach(rig)
    messages.post(body)
    with pytest.raises(ClosedError) as caught:
        while messages.receive() is not None:
            pass
    assert caught.value.code == VIOLATION
    attach(rig)


@pytest.mark.parametrize("body", NO_MESSAGES.values(), ids=NO_MESSAGES)
def test_on_a_logs_connection(rig: Rig, body: bytes) -> None:
    messages = rig.connect(websocket.LOGS)
    messages.post(body)
    with pytest.raises(ClosedError) as caught:
        messages.receive()
    assert caught.value.code == VIOLATION
    again = rig.connect(websocket.LOGS)
    again.post(LogRequest(is_enabled=True).SerializeToString())
    while not rig.logs._readers or not rig.logs._readers[-1]._wanted.is_enabled:
        pass
    rig.logs._offer([LogRecord(source=DRIVER, text="hello")])
    assert LogBatch.FromString(again.receive()).records[0].text == "hello"


@pytest.mark.parametrize("body", NO_MESSAGES.values(), ids=NO_MESSAGES)
def test_on_a_call(rig: Rig, body: bytes) -> None:
    messages = rig.connect(websocket.CALL)
    messages.post(calls.FORMS["GetObjects"] + body)
    if len(body) > LIMIT_BYTES:
        with pytest.raises(ClosedError) as caught:
            messages.receive()
        assert caught.value.code == VIOLATION
    else:
        answer = messages.receive()
        assert answer[:1] == calls.FAILURE
        assert Failure.FromString(answer[1:]).code == Failure.PROTOCOL_VIOLATION
    again = rig.connect(websocket.CALL)
    again.post(calls.FORMS["GetObjects"] + Get(object_ids=[9]).SerializeToString())
    answer = again.receive()
    assert Replies.FromString(answer[1:]).replies[0].failure.code == Failure.UNKNOWN_OBJECT


@pytest.mark.parametrize(
    ("head", "size_bytes"),
    [
        (Head(9), 0),
        (Head(lane.CHUNK, 0, 0, 10), 10),
        (Head(lane.CHUNK, 1, 5, 10), 5),
        (Head(lane.CHUNK, 1, 0, 10), 11),
        (Head(lane.CHUNK, 1, 0, 10_000), LIMIT_BYTES),
    ],
    ids=["no kind", "no transfer", "a gap", "past its end", "too large"],
)
def test_on_a_lane(rig: Rig, head: Head, size_bytes: int) -> None:
    connection = rig.connect(websocket.LANE)
    connection.send_head(head, [memoryview(bytes(size_bytes))])
    answer = connection.receive_head()
    assert answer is not None and answer.kind == lane.FAILURE
    assert Failure.FromString(connection.take_rest()).code == Failure.PROTOCOL_VIOLATION
    again = rig.connect(websocket.LANE)
    again.send_head(Head(lane.STATUS, 77))
    assert again.receive_head() == Head(lane.STATUS, 77, 0)
