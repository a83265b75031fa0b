"""Whatever keeps a session from opening is said at once, as an error of its own type."""

from __future__ import annotations

import contextlib
import http.server
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import Head, free_ports
from gateway import Gateway, run_until_it_refuses
from processes import poll, report

import ray_client as ray
from ray_client import errors

#: An answering peer is told apart in under a second, and not by waiting for `connect_timeout_s`, which is 30 s.
AT_ONCE_S = 15.0


@contextlib.contextmanager
def refused(
    kind: type[errors.ConnectError], address: str, within_s: float = AT_ONCE_S, **options: object
) -> Iterator[pytest.ExceptionInfo]:
    """Open a session in vain; the block sees the error."""
    began_s = time.monotonic()
    with pytest.raises(kind) as caught:
        ray.init(address, **options)
    took_s = time.monotonic() - began_s
    report(f"{kind.__name__} after {took_s:.2f} s: {caught.value}")
    assert took_s < within_s
    assert isinstance(caught.value, ConnectionError)
    assert not ray.is_initialized()
    yield caught


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(autouse=True)
def no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("RAY_CLIENT_TOKEN"):
            monkeypatch.delenv(name)


def test_nobody_there() -> None:
    [port] = free_ports(1)
    with refused(errors.UnreachableError, f"ray://127.0.0.1:{port}") as caught:
        assert str(port) in str(caught.value)


def test_no_such_host() -> None:
    with refused(errors.UnreachableError, "ray://no-such-host.invalid:20001") as caught:
        assert "no-such-host.invalid" in str(caught.value)


@pytest.mark.parametrize("address", ["ftp://host:1", "ray://", "ray://host:port", "ray://host:99999", ""])
def test_no_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    with pytest.raises((errors.AddressError, errors.EmbeddedServerError)):
        ray.init(address)


def test_an_http_server() -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        server.RequestHandlerClass.log_message = lambda *arguments: None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with refused(errors.WrongPeerError, f"ray://127.0.0.1:{server.server_port}") as caught:
            assert "HTTP" in caught.value.peer
        server.shutdown()


def test_a_server_that_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"ray://127.0.0.1:{server.getsockname()[1]}"
        with refused(errors.WrongPeerError, address, within_s=20) as caught:  # there is nothing to tell it by
            assert "says nothing" in caught.value.peer


def test_rays_own_client_server(head: Head) -> None:
    assert poll(lambda: accepts(head.ray_client_port), within_s=20)  # it comes up after the head
    with refused(errors.WrongPeerError, f"ray://127.0.0.1:{head.ray_client_port}") as caught:
        assert "client server inside Ray" in caught.value.peer
        assert "`ray-client deploy http://127.0.0.1:8265`" in caught.value.advice
        assert "20001" in str(caught.value)


def test_rays_control_service(head: Head) -> None:
    with refused(errors.WrongPeerError, f"ray://{head.address}") as caught:
        assert "GCS" in caught.value.peer


def test_tokens(head: Head, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = Gateway.start(head.address, env={"RAY_CLIENT_TOKEN": "correct-horse-battery"})
    try:
        with refused(errors.AuthenticationError, gateway.address) as caught:
            assert not caught.value.has_token
        with refused(errors.AuthenticationError, gateway.address, token="wrong") as caught:
            assert caught.value.has_token
            assert "correct-horse-battery" not in str(caught.value)
        with ray.init(gateway.address, token="correct-horse-battery", log_to_driver=False):
            assert ray.get(ray.put(1)) == 1
        path = tmp_path / "token"
        path.write_text("correct-horse-battery\n")
        monkeypatch.setenv("RAY_CLIENT_TOKEN_PATH", str(path))
        with ray.init(gateway.address, log_to_driver=False):
            assert ray.get(ray.put(2)) == 2
        assert "correct-horse-battery" not in gateway.process.describe()
    finally:
        gateway.close()


def test_one_session_too_many(head: Head) -> None:
    gateway = Gateway.start(head.address, "--limit-sessions", "2")
    try:
        contexts = [ray.init(gateway.address, allow_multiple=True, log_to_driver=False) for _ in range(2)]
        began_s = time.monotonic()
        with pytest.raises(errors.ServerBusyError) as caught:
            ray.init(gateway.address, allow_multiple=True)
        report(f"refused after {time.monotonic() - began_s:.2f} s: {caught.value}")
        assert time.monotonic() - began_s < AT_ONCE_S
        assert (caught.value.value, caught.value.flag) == ("2", "--limit-sessions")
        contexts.pop().disconnect()
        assert poll(lambda: len(gateway.sessions()) == 1, within_s=10)
        with ray.init(gateway.address, allow_multiple=True, log_to_driver=False):
            assert ray.get(ray.put(1)) == 1
        contexts.pop().disconnect()
    finally:
        gateway.close()


def test_an_incompatible_client(gateway: Gateway) -> None:
    import grpc

    from ray_client_proto.v1 import gateway_pb2, gateway_pb2_grpc
    from ray_client_proto.v1.error_pb2 import Failure

    client = gateway_pb2.ClientInfo(version="99.0", protocol=gateway_pb2.ProtocolRange(oldest=98, newest=99))
    with grpc.insecure_channel(f"127.0.0.1:{gateway.port}") as channel:
        stub = gateway_pb2_grpc.GatewayStub(channel)
        with pytest.raises(grpc.RpcError) as caught:
            list(stub.OpenSession(gateway_pb2.OpenSessionRequest(client=client), timeout=10))
    [encoded] = [value for key, value in caught.value.trailing_metadata() if key == "ray-client-failure-bin"]
    failure = Failure.FromString(encoded)
    assert failure.code == Failure.INCOMPATIBLE_VERSION
    assert {"client_protocol", "server_protocol", "client_version", "server_version"} <= set(failure.details)
    assert gateway.sessions() == []


def test_no_driver_and_no_worker_has_the_token(head: Head, tmp_path: Path) -> None:
    token = "correct-horse-battery"
    path = tmp_path / "token-of-the-gateway"
    path.write_text(token)
    for given in ({"RAY_CLIENT_TOKEN": token}, {"RAY_CLIENT_TOKEN_PATH": str(path)}):
        gateway = Gateway.start(head.address, env=given)
        try:
            with ray.init(gateway.address, token=token, log_to_driver=False):

                @ray.remote
                def environment() -> str:
                    import os

                    return str(dict(os.environ))

                found = [ray.get(environment.remote())]
                for pid in gateway.driver_pids():
                    found.append(Path(f"/proc/{pid}/environ").read_text())
                assert len(found) >= 3  # the fork server, a driver, and a worker
                assert not [text for text in found if token in text or path.name in text]
        finally:
            gateway.close()


def test_a_gateway_does_not_listen_beyond_loopback_without_a_token(head: Head) -> None:
    code, output = run_until_it_refuses(head.address, "--host", "0.0.0.0")
    assert code == 1
    assert "token" in output
    assert "--insecure" in output


def test_a_gateway_whose_cluster_is_not_there() -> None:
    [port] = free_ports(1)
    code, output = run_until_it_refuses(f"127.0.0.1:{port}")
    assert code == 1
    assert str(port) in output


def test_a_port_that_is_taken(head: Head, gateway: Gateway) -> None:
    code, output = run_until_it_refuses(head.address, "--port", str(gateway.port))
    assert code == 1
    assert str(gateway.port) in output


def test_an_address_of_the_environment_is_said_to_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    [port] = free_ports(1)
    monkeypatch.setenv("RAY_ADDRESS", f"ray://127.0.0.1:{port}")
    with pytest.raises(errors.UnreachableError, match="RAY_ADDRESS that names"):
        ray.put(1)  # which opens a session
    with refused(errors.UnreachableError, f"ray://127.0.0.1:{port}") as caught:
        assert "RAY_ADDRESS" not in str(caught.value)
