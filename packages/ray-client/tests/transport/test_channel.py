"""Channels through proxies: a path before that of each call, and headers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme

from ray_client.config.address import Address
from ray_client.config.settings import TlsSettings
from ray_client.errors import ConnectError
from ray_client.transport.channel import open_channel
from ray_client_proto import proxies


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
