"""Nothing that is said to the gateway's port hurts it, or keeps a good client from its answer.

For an hour, with another seed: `RAY_CLIENT_FUZZ_S=3600 RAY_CLIENT_FUZZ_SEED=7`.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator

import grpc
import port_fuzzer
import pytest
from cluster import Head
from gateway import Gateway
from port_fuzzer import Subject, fuzz

import ray_client as ray
from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.v1 import gateway_pb2_grpc

FOR_S = float(os.environ.get("RAY_CLIENT_FUZZ_S", "60"))
SEED = int(os.environ.get("RAY_CLIENT_FUZZ_SEED", "11"))
TOKEN = "correct-horse-battery"
_METADATA = (("authorization", f"Bearer {TOKEN}"),)
_VICTIM_S = 30.0  #: a session whose connections are harmed is used for so long


class Victims:
    """Sessions that anything may be said to; each has a driver of its own, which has to end when it is told."""

    def __init__(self, port: int) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._stub = gateway_pb2_grpc.GatewayStub(self._channel)
        self._opened: pb.SessionOpened | None = None
        self._since_s = 0.0

    def open(self) -> None:
        client = pb.ClientInfo(version="9", protocol=pb.ProtocolRange(oldest=1, newest=1), capabilities=["socket"])
        *_, last = self._stub.OpenSession(pb.OpenSessionRequest(client=client), metadata=_METADATA, timeout=60)
        self._opened, self._since_s = last.opened, time.monotonic()

    def session(self) -> tuple[str, bytes, str | None]:
        """Of whom a talker may make what it likes."""
        assert self._opened is not None
        return self._opened.session_id, self._opened.secret, TOKEN

    def renew(self) -> None:
        """Open another one now and then; for the good client's thread."""
        if time.monotonic() - self._since_s > _VICTIM_S:
            self.open()

    def close(self) -> None:
        self._channel.close()


@pytest.mark.timeout(FOR_S + 120)
def test_nothing_that_is_said_to_the_port_hurts(head: Head, capsys: pytest.CaptureFixture[str]) -> None:
    gateway = Gateway.start(head.address, "--limit-lease-s", "40", env={"RAY_CLIENT_TOKEN": TOKEN})
    victims = Victims(gateway.port)
    try:
        victims.open()
        with ray.init(gateway.address, token=TOKEN, log_to_driver=False, direct=False):

            def ask() -> None:
                assert ray.get(ray.put(1), timeout=10) == 1
                with grpc.insecure_channel(f"127.0.0.1:{gateway.port}", [("fuzz", os.urandom(8).hex())]) as channel:
                    stub = gateway_pb2_grpc.GatewayStub(channel)
                    assert stub.GetServerInfo(pb.ServerInfoRequest(), metadata=_METADATA, timeout=10).version
                victims.renew()

            ask()
            report = fuzz(Subject(gateway.port, gateway.process.pid, ask, session=victims.session), SEED, FOR_S)
            with capsys.disabled():
                sys.stdout.write(f"\n{report}\n")
            assert not report.faults, f"{report}\n{gateway.process.describe()}"
            assert report.answers > FOR_S / 4 and set(report.said) == set(port_fuzzer._KINDS)
            ask()
        for kind in ("data", "lane", "logs", "call"):  # drivers were given some of each
            assert [line for line in gateway.process.lines if f"kind={kind}" in line and "socket.given" in line]
        unexpected = [line for line in gateway.process.lines if "Traceback" in line or "call.failed" in line]
        assert not unexpected, gateway.process.describe()
    finally:
        victims.close()
        gateway.close()


#: A server that answers `ask`, with a fault of its own in `serve`.
_SERVER = """
import os, socket, threading, time
kept = []
def head(c):
    data = b""
    while b"\\r\\n\\r\\n" not in data and len(data) < 100_000:
        piece = c.recv(65536)
        if not piece: break
        data += piece
    return data
def answer(c, data):
    if data.startswith(b"GET /ask"): c.sendall(b"ok")
    c.close()
{serve}
def safely(c):
    try: serve(c)
    except OSError: c.close()
listener = socket.create_server(("127.0.0.1", 0), backlog=512)
print(listener.getsockname()[1], flush=True)
while True:
    c, _ = listener.accept()
    {run}
"""

_IN_A_THREAD = "c.settimeout(5); threading.Thread(target=safely, args=(c,), daemon=True).start()"
_FAULTS = {
    "has died": (
        "def serve(c):\n    d = head(c)\n    if b'\\0' in d[:40]: os._exit(1)\n    answer(c, d)",
        _IN_A_THREAD,
    ),
    "a good client": ("def serve(c):\n    answer(c, head(c))", "safely(c)"),  # one after the other, however slow
    "files open": (
        "def serve(c):\n    d = head(c)\n    answer(c, d) if d.startswith(b'GET /ask') else kept.append(c)",
        _IN_A_THREAD,
    ),
    "has grown": (
        "def serve(c):\n    d = head(c)\n    if b'\\x7f\\0\\0' in d or b'\\xff\\0\\0' in d:\n"
        "        kept.append(b'x' * (1 << 24))\n    answer(c, d)",
        _IN_A_THREAD,
    ),
    "files are left": (
        "def serve(c):\n    d = head(c)\n    if not d.startswith(b'GET /ask') and len(kept) < 100: kept.append(c)\n"
        "    else: answer(c, d)",
        _IN_A_THREAD,
    ),
}


@contextlib.contextmanager
def faulty(serve: str, run: str) -> Iterator[Subject]:
    program = _SERVER.format(serve=textwrap.dedent(serve), run=run)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())

            def ask() -> None:
                with socket.create_connection(("127.0.0.1", port), 2) as connection:
                    connection.settimeout(2)
                    connection.sendall(b"GET /ask HTTP/1.1\r\n\r\n")
                    assert connection.recv(10) == b"ok"

            most_files = 1000 if "100" in serve else 400
            yield Subject(port, process.pid, ask, 2.0, most_files, 100, settles_s=3.0)
        finally:
            process.kill()


@pytest.mark.timeout(90)
@pytest.mark.parametrize("fault", sorted(_FAULTS))
def test_a_server_with_a_fault_is_found_out(fault: str) -> None:
    with faulty(*_FAULTS[fault]) as subject:
        report = fuzz(subject, SEED, 6 if fault == "files are left" else 30)
    assert [each for each in report.faults if fault in each], str(report)
