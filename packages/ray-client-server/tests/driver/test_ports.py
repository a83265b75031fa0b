"""Ports that a client reaches through its session, in the driver: rules F2 and F4."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from ray_client_proto.ports import PortSocket, Target
from ray_client_proto.sockets import ClosedError
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import websocket
from ray_client_server.driver import ports
from ray_client_server.driver.ports import PortService

WITHIN_S = 20.0


class Client:
    """Asks a service for ports."""

    def __init__(self) -> None:
        self.open: list[PortSocket] = []
        self.threads: list[threading.Thread] = []

    def ask(self, service: PortService, target: Target) -> PortSocket:
        near, far = socket.socketpair()
        tunnel, there = (PortSocket(end, is_client=not at, limit_bytes=1000) for at, end in enumerate((near, far)))
        self.threads.append(threading.Thread(target=self.serve, args=(service, there), daemon=True))
        self.threads[-1].start()
        self.open.append(tunnel)
        tunnel.send(target.encode())
        return tunnel

    def serve(self, service: PortService, connection: PortSocket) -> None:
        service.serve(connection)
        connection.close()
        connection.release()


@pytest.fixture
def client() -> Iterator[Client]:
    client = Client()
    yield client
    for tunnel in client.open:
        tunnel.close()
    for thread in client.threads:
        thread.join(WITHIN_S)
    assert not any(thread.is_alive() for thread in client.threads)
    for tunnel in client.open:
        tunnel.release()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(WITHIN_S)
        yield listener


def said(tunnel: PortSocket) -> bytes | None:
    memory = memoryview(bytearray(100))
    taken = tunnel.receive(memory)
    return None if taken is None else bytes(memory[:taken])


def test_a_port_is_reached_under_a_name(client: Client, listener: socket.socket) -> None:
    """F2"""
    tunnel = client.ask(PortService(), Target("localhost", listener.getsockname()[1]))
    assert said(tunnel) == b""
    server, _ = listener.accept()
    with server:
        tunnel.send(b"hello")
        assert server.recv(10) == b"hello"
        server.sendall(b"there")
        assert said(tunnel) == b"there"


def test_a_port_that_nobody_answers_at_is_refused(client: Client) -> None:
    """F2"""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ClosedError, match="nobody answers there") as raised:
        said(client.ask(PortService(), Target("127.0.0.1", port)))
    assert raised.value.code == websocket.FAILURES + Failure.INVALID_ARGUMENT


def test_a_port_that_takes_no_connection_is_given_up(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """F2"""
    monkeypatch.setattr(ports, "_CONNECT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.socket() as only:
        only.connect(full.getsockname())  # no other one has room
        too_late = threading.Timer(WITHIN_S / 2, full.close)
        too_late.start()
        with pytest.raises(ClosedError, match="nobody answers there: timed out"):
            said(client.ask(PortService(), Target("127.0.0.1", full.getsockname()[1])))
        too_late.cancel()


@pytest.mark.parametrize("host", ["no such host.example", "x" * 255, "a..b"])
def test_a_host_that_there_is_not_is_refused(client: Client, host: str) -> None:
    """F2"""
    with pytest.raises(ClosedError, match="nobody answers there"):
        said(client.ask(PortService(), Target(host, 9)))


def test_a_client_may_ask_whether_it_could(client: Client) -> None:
    """F2"""
    tunnel = client.ask(PortService(), Target("", 0))
    assert (said(tunnel), said(tunnel)) == (b"", None)
    with pytest.raises(ClosedError, match="--no-forwarding"):
        said(client.ask(PortService(is_allowed=False), Target("", 0)))


def test_there_are_only_so_many(client: Client, listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    """F4"""
    monkeypatch.setattr(ports, "CONNECTIONS", 1)
    service, target = PortService(), Target("127.0.0.1", listener.getsockname()[1])
    first = client.ask(service, target)
    assert said(first) == b""
    with pytest.raises(ClosedError) as raised:
        said(client.ask(service, target))
    assert raised.value.code == websocket.FAILURES + Failure.LIMIT_EXCEEDED
    first.close()
    client.threads[0].join(WITHIN_S)
    assert said(client.ask(service, target)) == b""
