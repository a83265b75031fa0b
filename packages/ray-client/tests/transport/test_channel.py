"""Channels: through proxies, to peers that fall silent, and with messages of any size."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme

from ray_client.config.address import Address
from ray_client.config.settings import TlsSettings
from ray_client.errors import ConnectError
from ray_client.transport import channel as channel_module
from ray_client.transport.channel import open_channel
from ray_client_proto import proxies
from ray_client_proto.wire.limits import MESSAGE_BYTES


class Seen(grpc.GenericRpcHandler):
    """Answers every call with its path, and keeps its metadata."""

    def __init__(self) -> None:
        self.metadata: dict[str, Any] = {}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        self.metadata = dict(handler_call_details.invocation_metadata)
        path = str(handler_call_details.method).encode()
        if "stream" in str(handler_call_details.method):
            return grpc.stream_stream_rpc_method_handler(lambda requests, context: iter([path]))
        return grpc.unary_unary_rpc_method_handler(lambda request, context: path)


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def server(seen: Seen, tmp_path: Path) -> Iterator[Address]:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    chain = b"".join(each.bytes() for each in issued.cert_chain_pems)
    server = grpc.server(ThreadPoolExecutor(4), handlers=[seen])
    credentials = grpc.ssl_server_credentials([(issued.private_key_pem.bytes(), chain)])
    port = server.add_secure_port("localhost:0", credentials)
    server.start()
    yield Address("localhost", port, is_tls=True)
    server.stop(None).wait()


def test_a_proxy_is_refused_where_grpc_would_pass_it_over(monkeypatch: pytest.MonkeyPatch) -> None:
    address = Address("head", proxy=proxies.choose("http://127.0.0.1:1", "head"))
    monkeypatch.setattr(grpc, "__version__", "1.73.0rc1")
    open_channel(address).close()
    monkeypatch.setattr(grpc, "__version__", "1.72.1")
    with pytest.raises(ConnectError, match=r"needs grpcio 1\.73 or later, and 1\.72\.1 is here"):
        open_channel(address)


@pytest.mark.parametrize("prefix", ["", "/clusters/blue"])
def test_s9_calls_of_all_kinds_go_under_the_path_of_the_proxy(server: Address, tmp_path: Path, prefix: str) -> None:
    address = Address(server.host, server.port, True, prefix)
    with closing(open_channel(address, TlsSettings(ca_path=str(tmp_path / "ca.pem")))) as channel:
        assert channel.unary_unary("/s/one")(b"", timeout=20) == f"{prefix}/s/one".encode()
        assert list(channel.stream_stream("/s/stream")(iter([]), timeout=20)) == [f"{prefix}/s/stream".encode()]


def test_headers_for_a_proxy_are_asked_for_each_call(server: Address, seen: Seen, tmp_path: Path) -> None:
    logins = iter(["first", "second"])
    settings = TlsSettings(ca_path=str(tmp_path / "ca.pem"), headers=lambda: {"X-Login": next(logins)})
    with closing(open_channel(server, settings)) as channel:
        for login in ("first", "second"):
            channel.unary_unary("/s/one")(b"", timeout=20)
            assert seen.metadata["x-login"] == login


def test_a_message_of_the_limits_goes_through_with_what_it_has_beside_and_no_larger_one() -> None:
    most_bytes = MESSAGE_BYTES + channel_module.HEADROOM_BYTES
    handlers = {"Count": lambda request, _: b"%d" % len(request), "Make": lambda request, _: bytes(int(request))}
    made = {name: grpc.unary_unary_rpc_method_handler(handle) for name, handle in handlers.items()}
    server = grpc.server(ThreadPoolExecutor(2), options=[("grpc.max_receive_message_length", -1)])
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("s", made),))
    address = Address("127.0.0.1", server.add_insecure_port("127.0.0.1:0"))
    server.start()
    with closing(open_channel(address)) as channel:
        count, make = channel.unary_unary("/s/Count"), channel.unary_unary("/s/Make")
        assert count(bytes(most_bytes), timeout=30) == b"%d" % most_bytes
        assert len(make(b"%d" % most_bytes, timeout=30)) == most_bytes
        for call, request in ((count, bytes(most_bytes + 1)), (make, b"%d" % (most_bytes + 1))):
            with pytest.raises(grpc.RpcError) as caught:
                call(request, timeout=30)
            assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    server.stop(None).wait()


PING, SETTINGS, ACK = 6, 4, 1  # of HTTP/2


def talk_http2(connection: socket.socket, pings: list[bytes], is_answering: bool) -> None:
    """Do as a server that takes calls and never answers one; of pings, only if told."""
    with connection, connection.makefile("rb") as said:
        connection.sendall(bytes((0, 0, 0, SETTINGS, 0, 0, 0, 0, 0)))
        said.read(24)  # the preface
        while len(head := said.read(9)) == 9:
            body = said.read(int.from_bytes(head[:3], "big"))
            if head[3] == PING and not head[4] & ACK:
                pings.append(body)
                if is_answering:
                    connection.sendall(bytes((0, 0, 8, PING, ACK, 0, 0, 0, 0)) + body)


@pytest.mark.parametrize(
    ("is_answering", "code"), [(False, grpc.StatusCode.UNAVAILABLE), (True, grpc.StatusCode.DEADLINE_EXCEEDED)]
)
def test_a_silent_peer_is_asked_and_one_that_does_not_answer_is_cut(
    monkeypatch: pytest.MonkeyPatch, is_answering: bool, code: grpc.StatusCode
) -> None:
    times = ("grpc.keepalive_time_ms", "grpc.keepalive_timeout_ms", "grpc.http2.ping_timeout_ms")
    faster = ((name, value // 50 if name in times else value) for name, value in channel_module._OPTIONS)
    monkeypatch.setattr(channel_module, "_OPTIONS", tuple(faster))  # asks after 0.2 s, and waits for 0.1 s
    pings: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    talk_http2(listener.accept()[0], pings, is_answering)

        serving = threading.Thread(target=serve, daemon=True)
        serving.start()
        channel = open_channel(Address(*listener.getsockname()))
        with closing(channel), pytest.raises(grpc.RpcError) as caught:
            channel.unary_unary("/s/one")(b"", timeout=2)
        listener.shutdown(socket.SHUT_RDWR)
        serving.join(10)
    assert caught.value.code() == code
    assert pings
