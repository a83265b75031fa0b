"""Ports of this machine that lead elsewhere: rules F1, F2, F4 and F6, at the client's end."""

from __future__ import annotations

import pickle
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from ray_client_proto import forwarding, ports, sockets
from ray_client_proto.forwarding import Forwarding
from ray_client_proto.ports import PortSocket
from ray_client_proto.v1.error_pb2 import Failure

WITHIN_S = 20.0


class RefusedError(ConnectionError):
    """What this test makes of a refusal."""


class Session:
    """Leads to a driver in this process, which connects to what it is asked for, or refuses with a reason."""

    is_open = True

    def __init__(self) -> None:
        self.peer, self.closers = self, set[Callable[[], object]]()
        self.refusal = ""
        self.far: list[PortSocket] = []
        self.open_port: Callable[[], PortSocket] | None = self.connect

    def require(self, capability: str, doing: str) -> None:
        assert (capability, doing) == ("forward", "forward ports")

    def connect(self) -> PortSocket:
        near, far = socket.socketpair()
        tunnel = PortSocket(far, is_client=False, limit_bytes=1000)
        self.far.append(tunnel)
        threading.Thread(target=self.serve, args=(tunnel,), daemon=True).start()
        return PortSocket(near, is_client=True, limit_bytes=1000)

    def serve(self, tunnel: PortSocket) -> None:
        target = tunnel.receive_target()
        if self.refusal:
            tunnel.refuse(Failure.INVALID_ARGUMENT, self.refusal)
            tunnel.drain()
        elif target is not None and target.port:
            plain = socket.create_connection(target)
            tunnel.send(b"")
            ports.carry(tunnel, plain)
        else:
            tunnel.send(b"")
            tunnel.finish()
        tunnel.close()
        tunnel.release()


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(WITHIN_S)
        yield listener


def forward(session: Session, port: int) -> Forwarding:
    return Forwarding(session, lambda host, port, reason: RefusedError(f"{host}:{port}: {reason}"), port)


def reach(found: Forwarding) -> socket.socket:
    return socket.create_connection(("127.0.0.1", found.local_port), WITHIN_S)


def test_it_is_reached_from_this_machine_alone_and_only_while_it_is_open(
    session: Session, listener: socket.socket
) -> None:
    """F1"""
    with forward(session, listener.getsockname()[1]) as found:
        assert found._listener.getsockname() == ("127.0.0.1", found.local_port)
        assert (found.address, found.url) == (f"127.0.0.1:{found.local_port}", f"http://127.0.0.1:{found.local_port}")
        with reach(found) as program:
            server, _ = listener.accept()
            program.sendall(b"hello")
            assert server.recv(10) == b"hello"
        server.close()
    with pytest.raises(ConnectionError):
        reach(found)
    assert not session.closers
    found.close()


def test_to_close_it_while_nobody_reads_ends_it_all_the_same(session: Session, listener: socket.socket) -> None:
    """F6"""
    with forward(session, listener.getsockname()[1]) as found, reach(found) as program:
        server, _ = listener.accept()
        server.settimeout(0.5)
        with pytest.raises(TimeoutError):
            server.sendall(bytes(1 << 26))
        found.close()
        server.settimeout(WITHIN_S)
        with server, pytest.raises(ConnectionResetError):
            server.recv(1)
        with pytest.raises(ConnectionResetError):
            while program.recv(1 << 20):
                pass


def test_it_ends_with_its_session(session: Session, listener: socket.socket) -> None:
    """F6"""
    found = forward(session, listener.getsockname()[1])
    with reach(found) as program:
        server, _ = listener.accept()
        for close in tuple(session.closers):
            close()
        with server, pytest.raises(ConnectionResetError):
            program.recv(1)
    assert "(closed)" in repr(found)
    session.is_open = False
    with pytest.raises(RefusedError, match="has ended"):
        forward(session, listener.getsockname()[1])


def test_what_cannot_be_is_said_at_once(session: Session) -> None:
    """F2"""
    session.refusal = "the operator forbids it"
    with pytest.raises(RefusedError, match=r"127\.0\.0\.1:8000: the operator forbids it"):
        forward(session, 8000)
    session.open_port = None
    with pytest.raises(RefusedError, match="gRPC"):
        forward(session, 8000)
    with pytest.raises(ValueError, match="1 to 65535"):
        forward(session, 0)


def test_a_refusal_is_told_once(session: Session, listener: socket.socket, caplog: pytest.LogCaptureFixture) -> None:
    """F2"""
    with forward(session, listener.getsockname()[1]) as found:
        session.refusal = "nobody answers there"
        for _ in range(3):
            with pytest.raises(ConnectionResetError), reach(found) as program:
                program.recv(1)
        assert [record.message.partition(" ")[0] for record in caplog.records] == ["forward.refused"]


def test_more_connections_than_there_may_be_wait(
    session: Session, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F4"""
    monkeypatch.setattr(forwarding, "CONNECTIONS", 2)
    with forward(session, listener.getsockname()[1]) as found:
        programs = [reach(found) for _ in range(3)]
        servers = [listener.accept()[0] for _ in range(2)]
        listener.settimeout(0.3)
        with pytest.raises(TimeoutError):
            listener.accept()
        for end in (*programs[:2], *servers):  # which belong together, in whatever order
            end.close()
        listener.settimeout(WITHIN_S)
        servers.append(listener.accept()[0])
        for end in (*programs, *servers):
            end.close()


def test_a_reader_that_is_slow_for_long_is_no_cut(
    session: Session, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F4, S5: the driver hears of this side though the thread that would answer it waits."""
    monkeypatch.setattr(sockets, "QUIET_S", 0.2)
    monkeypatch.setattr(sockets, "ANSWER_S", 0.2)
    monkeypatch.setattr(forwarding, "_SIGN_S", 0.05)
    with forward(session, listener.getsockname()[1]) as found, reach(found) as program:
        server, _ = listener.accept()
        server.settimeout(1.5)
        with server, pytest.raises(TimeoutError):
            server.sendall(bytes(1 << 26))
        received = 0
        while piece := program.recv(1 << 20):
            received += len(piece)
            if received == 1 << 20:
                break
        assert received


def test_it_belongs_to_its_process(session: Session, listener: socket.socket) -> None:
    with forward(session, listener.getsockname()[1]) as found, pytest.raises(TypeError, match="process"):
        pickle.dumps(found)
