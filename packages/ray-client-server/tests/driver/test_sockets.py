"""Data streams on sockets, in the driver: rules S1 to S4, and D1 to D8 on them."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from ray_client_proto import sockets as proto_sockets
from ray_client_proto import tls
from ray_client_proto.sockets import ClosedError, MessageSocket
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.frame_pb2 import Attach, ClientFrame, ServerFrame
from ray_client_proto.v1.operation_pb2 import Disconnect, Operation, Put, Release
from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_proto.wire import websocket
from ray_client_server.driver import sockets
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.session import DriverSession
from ray_client_server.driver.sockets import BeginTls, SocketDoor


class Rig:
    def __init__(self, path: str, begin_tls: BeginTls | None = None) -> None:
        self.ends: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.session = DriverSession(
            self.carry_out, replay_bytes=1 << 20, lease_s=10.0, on_end=self.ends.put, on_attach=lambda _: None
        )
        self.path = path
        self.hung_up = threading.Event()
        self.door = SocketDoor(path, self.session, 100_000, begin_tls=begin_tls, on_hung_up=self.hung_up.set)
        self.connections: list[MessageSocket] = []

    def carry_out(self, operation: Operation, answer: Answer) -> None:
        self.may_go_on.wait(10)
        if answer.is_wanted:
            answer.value(Payload(pickle=str(operation.request_id).encode()))

    def connect(self) -> MessageSocket:
        """Connect as a client does."""
        self.connections.append(MessageSocket(self.give_away(), is_client=True, limit_bytes=1 << 20))
        return self.connections[-1]

    def give_away(self, first: bytes = b"") -> socket.socket:
        """Give one end of a connection away, as the gateway does, with what came on it; give the other."""
        near, far = socket.socketpair()
        with socket.socket(socket.AF_UNIX) as gateway, far:
            gateway.connect(self.path)
            socket.send_fds(gateway, [b"\0" + first], [far.fileno()])
        return near


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(str(tmp_path / "w"))
    yield rig
    rig.door.close()
    for connection in rig.connections:
        connection.close()
        connection.release()


def say(messages: MessageSocket, **fields: object) -> None:
    messages.post(ClientFrame(**fields).SerializeToString())  # type: ignore[arg-type]


def hear(messages: MessageSocket) -> ServerFrame:
    message = messages.receive()
    assert message is not None
    return ServerFrame.FromString(message)


def asked(seq: int, request_id: int) -> dict[str, object]:
    return {"seq": seq, "operations": [Operation(request_id=request_id, release=Release())]}


def test_operations_are_answered_and_replayed_over_connections(rig: Rig) -> None:
    first = rig.connect()
    say(first, attach=Attach())
    assert hear(first).attached.attach_count == 1
    say(first, **asked(1, 7))
    assert [reply.request_id for reply in hear(first).replies] == [7]
    first.close()
    second = rig.connect()
    say(second, attach=Attach(last_seen_seq=0))
    assert hear(second).attached.last_seen_seq == 1
    assert [reply.request_id for reply in hear(second).replies] == [7]
    say(second, seq=2, operations=[Operation(disconnect=Disconnect())])
    assert hear(second).ack == 2
    assert second.receive() is None
    assert rig.ends.get(timeout=5) == "disconnected"


@pytest.mark.parametrize(("size_bytes", "is_served"), [(20_000, True), (40_000, False)])
def test_what_came_with_a_request_is_whole_or_the_connection_ends(rig: Rig, size_bytes: int, is_served: bool) -> None:
    padded = Operation(put=Put(value=Payload(pickle=bytes(size_bytes))))
    message = ClientFrame(attach=Attach(), operations=[padded]).SerializeToString()
    near = rig.give_away(websocket.header(websocket.BINARY, len(message), is_client=True) + message)
    if is_served:
        rig.connections.append(MessageSocket(near, is_client=True, limit_bytes=1 << 20))
        assert hear(rig.connections[-1]).attached.attach_count == 1
    else:
        near.settimeout(10)
        assert near.recv(1) == b""
        near.close()


def test_d6_a_new_connection_takes_over(rig: Rig) -> None:
    first, second = rig.connect(), rig.connect()
    say(first, attach=Attach())
    hear(first)
    say(second, attach=Attach())
    assert hear(second).attached.attach_count == 2
    with pytest.raises(ClosedError, match="D6") as caught:
        first.receive()
    assert caught.value.code == websocket.FAILURES + Failure.SESSION_TAKEN_OVER
    say(second, **asked(1, 3))
    assert [reply.request_id for reply in hear(second).replies] == [3]


@pytest.mark.parametrize(
    "message",
    [
        ClientFrame(seq=1).SerializeToString(),  # D5
        ClientFrame(attach=Attach(last_seen_seq=9)).SerializeToString(),  # D3
        b"\xff\xff",
        bytes(100_001),  # S4
    ],
    ids=["no attach", "an odd attach", "no frame", "too large"],
)
def test_what_breaks_the_rules_ends_the_connection_and_not_the_session(rig: Rig, message: bytes) -> None:
    broken = rig.connect()
    broken.post(message)
    with pytest.raises(OSError):
        broken.receive()
    broken.close()
    messages = rig.connect()
    say(messages, attach=Attach())
    assert hear(messages).attached.attach_count == 1


def test_s5_a_driver_that_is_busy_gives_signs_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "_PING_S", 0.02)
    rig = Rig(str(tmp_path / "w"))
    messages = rig.connect()
    say(messages, attach=Attach())
    hear(messages)
    monkeypatch.setattr(proto_sockets, "QUIET_S", 0.1)  # of this client; the driver's thread is at work by then
    monkeypatch.setattr(proto_sockets, "ANSWER_S", 0.1)
    rig.may_go_on.clear()
    say(messages, **asked(1, 5))
    assert not hear(messages).replies  # it has the frame, and is at it
    heard: list[ServerFrame] = []
    thread = threading.Thread(target=lambda: heard.append(hear(messages)))
    thread.start()
    thread.join(0.6)
    assert thread.is_alive()
    rig.may_go_on.set()
    thread.join(10)
    assert [reply.request_id for reply in heard[0].replies] == [5]
    rig.door.close()
    messages.release()


@pytest.mark.parametrize(("ending", "has_hung_up"), [("closed", True), ("in good order", True), ("going away", False)])
def test_d8_a_client_that_hung_up_is_told_apart(rig: Rig, ending: str, has_hung_up: bool) -> None:
    messages = rig.connect()
    say(messages, attach=Attach())
    hear(messages)
    if ending == "closed":
        messages.close()
    else:
        messages.finish(websocket.GOING_AWAY if ending == "going away" else websocket.NORMAL)
        assert messages.receive() is None
    deadline = time.monotonic() + 10
    while rig.door._open and time.monotonic() < deadline:
        time.sleep(0.005)
    assert rig.hung_up.is_set() == has_hung_up


def test_d8_a_client_that_fell_silent_has_not_hung_up(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proto_sockets, "QUIET_S", 0.05)
    monkeypatch.setattr(proto_sockets, "ANSWER_S", 0.05)
    messages = rig.connect()
    say(messages, attach=Attach())
    with pytest.raises(OSError):  # once the driver has given it up
        while True:
            messages._socket.recv(1000) or messages.receive()
    assert not rig.hung_up.is_set()


def test_a_message_without_a_connection_does_no_harm(rig: Rig) -> None:
    with socket.socket(socket.AF_UNIX) as gateway:
        gateway.connect(rig.path)
        gateway.sendall(b"hello")
    messages = rig.connect()
    say(messages, attach=Attach())
    assert hear(messages).attached.attach_count == 1


def test_closing_cuts_what_is_open(rig: Rig) -> None:
    messages = rig.connect()
    say(messages, attach=Attach())
    hear(messages)
    rig.door.close()
    with pytest.raises(OSError):
        messages.receive()
    assert not Path(rig.path).exists()


SECRET = b"s" * 32


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[tuple[Rig, ssl.SSLContext]]:
    """A rig that speaks TLS, and what its clients verify it with."""
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    files = [str(tmp_path / name) for name in ("cert.pem", "key.pem", "ca.pem")]
    issued.private_key_and_cert_chain_pem.write_to_path(files[0])
    issued.private_key_pem.write_to_path(files[1])
    authority.cert_pem.write_to_path(files[2])

    def begin(connection: socket.socket, first: bytes) -> tls.TlsSocket:
        return tls.accept(connection, tls.server_context(*files[:2], None), SECRET, first, 1.0)

    rig = Rig(str(tmp_path / "w"), begin)
    yield rig, tls.client_context(files[2], None, None)
    rig.door.close()


def attach(rig: Rig, context: ssl.SSLContext, secret: bytes) -> ServerFrame:
    near = tls.connect(rig.give_away(), context, "localhost", secret, 20)
    messages = MessageSocket(near, is_client=True, limit_bytes=1 << 20)
    try:
        say(messages, attach=Attach())
        return hear(messages)
    finally:
        messages.close()
        messages.release()


def test_s7_frames_go_encrypted_and_only_for_who_has_the_secret(encrypted: tuple[Rig, ssl.SSLContext]) -> None:
    rig, context = encrypted
    with pytest.raises(OSError):
        attach(rig, context, b"t" * 32)
    assert attach(rig, context, SECRET).attached.attach_count == 1


def test_s7_who_does_not_begin_is_hung_up_on_and_holds_nobody_up(encrypted: tuple[Rig, ssl.SSLContext]) -> None:
    rig, context = encrypted
    silent = [rig.give_away() for _ in range(sockets._BEGINNING - 1)]
    assert attach(rig, context, SECRET).attached.attach_count == 1
    silent += [rig.give_away() for _ in range(2)]
    assert silent[-1].recv(1) == b""  # one too many, at once
    for connection in silent:
        assert connection.recv(1) == b""  # in time
        connection.close()
    assert attach(rig, context, SECRET).attached.attach_count == 2
