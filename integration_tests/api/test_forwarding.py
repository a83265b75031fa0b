"""Ports of the cluster's side, reached from the client's machine: rules F1 to F6."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cluster import Head
from fault_relay import FaultRelay
from gateway import Gateway
from processes import poll
from ways import HAS_TLS, WAY

import ray_client as ray
from ray_client.errors import ForwardingError
from ray_client_proto.forwarding import Forwarding

LARGE = bytes(range(256)) * (1 << 16)  # 16 MiB
has_way = pytest.mark.skipif(WAY.startswith("relay"), reason="over gRPC no port is forwarded")


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Web(ThreadingHTTPServer):
    request_queue_size = 100  # with few places the system resets some of many that come at once


@pytest.fixture(scope="module")
def web() -> Iterator[int]:
    """The port of an HTTP server; the cluster is on this machine."""
    with Web(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        yield listener


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def reach(forwarding: Forwarding) -> socket.socket:
    return socket.create_connection(("127.0.0.1", forwarding.local_port), 20)


def own_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(("ray-client-forw", "port-"))]


@has_way
def test_http_with_bodies_of_any_size(context: ray.ClientContext, web: int) -> None:
    with ray.forward(web) as forwarding:
        for body in (b"small", LARGE):
            with urllib.request.urlopen(forwarding.url, body, timeout=60) as answer:
                assert answer.read() == body
        assert f"leads to 127.0.0.1:{web} " in repr(forwarding)
    assert poll(lambda: not own_threads(), 10), own_threads()
    with pytest.raises(ConnectionError):
        reach(forwarding)


@has_way
def test_a_hundred_connections_stay_and_say_something(context: ray.ClientContext) -> None:
    with listening() as listener, context.forward(port_of(listener)) as forwarding:
        programs = [reach(forwarding) for _ in range(100)]
        servers = [listener.accept()[0] for _ in programs]
        for round_number in range(3):
            for number, program in enumerate(programs):
                program.sendall(f"{round_number} {number}\n".encode())
            texts = sorted(server.recv(100) for server in servers)
            assert texts == sorted(f"{round_number} {number}\n".encode() for number in range(100))
            for server in servers:
                server.sendall(b"heard")
            assert {program.recv(100) for program in programs} == {b"heard"}
        for end in (*programs, *servers):
            end.close()
    assert poll(lambda: not own_threads(), 10), own_threads()


@has_way
def test_a_slow_reader_holds_its_server_and_nobody_else(context: ray.ClientContext, web: int) -> None:
    with listening() as listener, ray.forward(port_of(listener)) as slow, ray.forward(web) as quick:
        program = reach(slow)
        server, _ = listener.accept()
        server.settimeout(1)
        with pytest.raises(TimeoutError):
            for _ in range(16):
                server.sendall(LARGE)
        with urllib.request.urlopen(quick.url, b"meanwhile", timeout=20) as answer:
            assert answer.read() == b"meanwhile"
        assert ray.get(ray.put(1)) == 1
        program.close()
        server.close()


@has_way
def test_who_does_not_answer_is_told_once_and_may_come_later(
    context: ray.ClientContext, caplog: pytest.LogCaptureFixture
) -> None:
    with listening() as listener:
        port = port_of(listener)
    with ray.forward(port) as forwarding:
        for _ in range(2):
            with pytest.raises(ConnectionResetError), reach(forwarding) as program:
                program.recv(1)
        refusals = [record for record in caplog.records if "forward.refused" in record.message]
        assert len(refusals) == 1 and refusals[0].levelno == logging.WARNING
        assert f"port {port} of 127.0.0.1 cannot be reached" in refusals[0].message
        with socket.create_server(("127.0.0.1", port)) as listener, reach(forwarding) as program:
            server, _ = listener.accept()
            server.sendall(b"here")
            assert program.recv(10) == b"here"
            server.close()


@has_way
def test_it_ends_with_its_session(gateway: Gateway, web: int) -> None:
    context = ray.connect(gateway.address, log_to_driver=False, direct=False)
    with listening() as listener:
        forwarding = context.forward(port_of(listener))
        program = reach(forwarding)
        server, _ = listener.accept()
        context.close()
        with server, pytest.raises(ConnectionResetError):
            program.recv(1)
    with pytest.raises(ConnectionError):
        reach(forwarding)
    assert poll(lambda: not own_threads(), 10), own_threads()
    with pytest.raises(ForwardingError, match="has ended"):
        context.forward(web)


@has_way
@pytest.mark.skipif(WAY == "local", reason="there is no network to cut")
def test_a_cut_is_seen_by_both_and_the_next_connection_works(gateway: Gateway, web: int) -> None:
    with FaultRelay(gateway.port) as relay, ray.connect(relay.address, log_to_driver=False, direct=False) as context:
        with listening() as listener, context.forward(port_of(listener)) as forwarding:
            program = reach(forwarding)
            server, _ = listener.accept()
            program.sendall(b"a part")
            assert server.recv(100) == b"a part"
            relay.cut()
            for end in (program, server):
                with pytest.raises(ConnectionResetError):
                    end.recv(1)
        with context.forward(web) as forwarding, urllib.request.urlopen(forwarding.url, b"again", timeout=30) as answer:
            assert answer.read() == b"again"


@has_way
def test_many_requests_side_by_side(context: ray.ClientContext, web: int) -> None:
    bodies = [LARGE[:size] for size in range(0, 2_000_000, 50_000)]

    def ask(body: bytes) -> bool:
        with urllib.request.urlopen(forwarding.url, body, timeout=60) as answer:
            return bool(answer.read() == body)

    with ray.forward(web) as forwarding, ThreadPoolExecutor(20) as pool:
        assert all(pool.map(ask, bodies))


@has_way
def test_a_taken_port_and_one_that_is_none(context: ray.ClientContext, web: int) -> None:
    with pytest.raises(OSError, match="in use"):
        ray.forward(web, local_port=web)
    for port in (0, 65536):
        with pytest.raises(ValueError, match="1 to 65535"):
            ray.forward(port)


@has_way
@pytest.mark.skipif(HAS_TLS, reason="the gateway of its own has no certificate")
def test_an_operator_can_forbid_it(head: Head, web: int) -> None:
    gateway = Gateway.start(head.address, "--no-forwarding")
    try:
        with ray.connect(gateway.address, log_to_driver=False, direct=False) as context:
            with pytest.raises(ForwardingError, match="--no-forwarding") as raised:
                context.forward(web)
            assert (raised.value.host, raised.value.port) == ("127.0.0.1", web)
    finally:
        gateway.close()


@has_way
def test_the_command_forwards_until_it_is_interrupted(gateway: Gateway, web: int) -> None:
    command = [sys.executable, "-m", "ray_client", "forward", "--address", gateway.address, str(web)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[0]
        with urllib.request.urlopen(url, b"hello", timeout=20) as answer:
            assert answer.read() == b"hello"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_the_command_says_what_is_wrong(gateway: Gateway) -> None:
    command = [sys.executable, "-m", "ray_client", "forward", "--address", gateway.address, "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "") and "1 to 65535" in done.stderr


@pytest.mark.skipif(not WAY.startswith("relay"), reason="here connections come through")
def test_over_grpc_it_says_why_not(context: ray.ClientContext, web: int) -> None:
    with pytest.raises(ForwardingError, match="gRPC"):
        ray.forward(web)
