"""The probe, against real servers on loopback."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import grpc
import pytest

from ray_client.config.address import Address
from ray_client.errors import AuthenticationError, UnreachableError, WrongPeerError
from ray_client.transport import probe
from ray_client.transport.channel import open_channel
from ray_client.transport.gateway import GatewayClient
from ray_client.transport.probe import identify, reach
from ray_client_proto.v1 import gateway_pb2
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import metadata


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[Address]:
    """Give the address of a server that does `answer` with each connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
                held.append(connection)
                answer(connection)
            except OSError:
                if listener.fileno() < 0:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield Address("127.0.0.1", listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for connection in held:
            connection.close()


class _Quiet(BaseHTTPRequestHandler):
    server_version = "census/1.0"
    sys_version = ""

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def http_server() -> Iterator[Address]:
    server = HTTPServer(("127.0.0.1", 0), _Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Address("127.0.0.1", server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Methods(grpc.GenericRpcHandler):
    def __init__(self, methods: dict[str, Callable[[bytes, grpc.ServicerContext], bytes]]) -> None:
        self._methods = methods

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        behaviour = self._methods.get(handler_call_details.method)
        return None if behaviour is None else grpc.unary_unary_rpc_method_handler(behaviour)


@contextmanager
def grpc_server(methods: dict[str, Callable[[bytes, grpc.ServicerContext], bytes]]) -> Iterator[Address]:
    server = grpc.server(ThreadPoolExecutor(4), handlers=[_Methods(methods)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield Address("127.0.0.1", port)
    finally:
        server.stop(None).wait()


def found_by_client(address: Address, token: str | None = None) -> Exception:
    """Give the error that a first call to the address raises."""
    with open_channel(address) as channel, pytest.raises(ConnectionError) as raised:
        GatewayClient(channel, token, address).server_info()
    return raised.value


def closed_port() -> Address:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return Address("127.0.0.1", listener.getsockname()[1])


def test_nothing_listens() -> None:
    error = found_by_client(closed_port())
    assert isinstance(error, UnreachableError)
    assert "refused" in str(error)


def test_a_host_without_an_address() -> None:
    with pytest.raises(UnreachableError, match="empty"):
        reach(Address("no..such", 1), 1.0)


def test_a_machine_that_takes_no_connection_is_given_up_soon() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, closing(socket.socket()) as only:
        only.connect(listener.getsockname())  # no other one has room
        too_late = threading.Timer(10, listener.close)
        too_late.start()
        with pytest.raises(UnreachableError, match=f"no connection within {probe.CONNECT_TIMEOUT_S:g} s"):
            raise identify(Address(*listener.getsockname())) or AssertionError("it counts as a gateway")
        too_late.cancel()


def test_an_http_server_is_named() -> None:
    with http_server() as address:
        error = found_by_client(address)
    assert isinstance(error, WrongPeerError)
    assert error.peer == "an HTTP server (census/1.0)"


def test_a_silent_server_is_named() -> None:
    with answering(lambda connection: None) as address:
        error = identify(address)
    assert isinstance(error, WrongPeerError)
    assert "says nothing" in error.peer


def test_a_server_that_closes_at_once_is_named() -> None:
    with answering(socket.socket.close) as address:
        error = identify(address)
    assert isinstance(error, WrongPeerError)


def test_another_protocol_is_quoted() -> None:
    with answering(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")) as address:
        error = found_by_client(address)
    assert isinstance(error, WrongPeerError)
    assert "SSH-2.0-OpenSSH_9.6" in error.peer


def test_a_server_that_wants_tls_is_named() -> None:
    def alert(connection: socket.socket) -> None:
        connection.sendall(b"\x15\x03\x01\x00\x02\x02\x46")

    with answering(alert) as address:
        error = identify(address)
    assert isinstance(error, WrongPeerError)
    assert f"rays://{address.target}" in str(error)


def test_a_plaintext_server_asked_for_tls_is_named() -> None:
    with http_server() as address:
        error = identify(Address(address.host, address.port, is_tls=True))
    assert isinstance(error, WrongPeerError)
    assert error.peer.endswith("without TLS")


def test_a_plaintext_gateway_asked_for_tls_says_so() -> None:
    methods = {"/ray_client.v1.Gateway/GetServerInfo": lambda request, context: b""}
    with grpc_server(methods) as address:
        error = identify(Address(address.host, address.port, is_tls=True))
    assert isinstance(error, WrongPeerError)
    assert f"ray://{address.target}" in str(error)


@pytest.mark.parametrize(
    ("method", "peer"),
    [
        ("/ray.rpc.RayletDriver/ClusterInfo", "client server inside Ray"),
        ("/ray.rpc.NodeInfoGcsService/GetClusterId", "GCS"),
        ("/some.Other/Service", "another gRPC server"),
    ],
)
def test_other_grpc_servers_are_named(method: str, peer: str) -> None:
    with grpc_server({method: lambda request, context: b""}) as address:
        error = found_by_client(address)
    assert isinstance(error, WrongPeerError)
    assert peer in error.peer


def test_a_grpc_server_that_answers_no_call_is_given_up_soon() -> None:
    over, left_s = threading.Event(), list[float | None]()

    def hold(request: bytes, context: grpc.ServicerContext) -> bytes:
        left_s.append(context.time_remaining())
        over.wait(10)
        return b""

    with grpc_server({"/ray_client.v1.Gateway/GetServerInfo": hold}) as address:
        assert identify(address) is None
        over.set()
    assert left_s[0] is not None and left_s[0] <= probe.CALL_TIMEOUT_S


def test_a_gateway_is_not_probed() -> None:
    def refuse(request: bytes, context: grpc.ServicerContext) -> bytes:
        failure = Failure(code=Failure.UNAUTHENTICATED, message="no token")
        context.set_trailing_metadata(((metadata.FAILURE, failure.SerializeToString()),))
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "no token")

    with grpc_server({"/ray_client.v1.Gateway/GetServerInfo": refuse}) as address:
        error = found_by_client(address)
    assert isinstance(error, AuthenticationError)
    assert not error.has_token


def test_a_gateway_answers_through_the_client() -> None:
    info = gateway_pb2.ServerInfo(version="1.2.3")
    methods = {"/ray_client.v1.Gateway/GetServerInfo": lambda request, context: info.SerializeToString()}
    with grpc_server(methods) as address, open_channel(address) as channel:
        assert GatewayClient(channel, "secret", address).server_info() == info


def test_the_probe_asks_tls_servers_for_nothing_but_the_protocol() -> None:
    hello = bytearray()

    def read_and_refuse(connection: socket.socket) -> None:
        hello.extend(connection.recv(4096))
        connection.sendall(b"\x15\x03\x03\x00\x02\x02\x28")  # handshake failure

    with answering(read_and_refuse) as address:
        assert identify(Address(address.host, address.port, is_tls=True)) is None
    assert hello[:1] == b"\x16"
    assert ssl.HAS_ALPN
