"""Asking an HTTP proxy for a connection, against sockets on loopback."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator

import pytest

from ray_client_proto import proxies
from ray_client_proto.asking import receive_head
from ray_client_proto.proxies import Proxy, ProxyError

_WITHIN_S = 10.0


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


class Peer:
    """Takes one request, keeps its head, and answers as it is told; what comes then it sends back."""

    def __init__(self) -> None:
        self.answer, self.head = b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n", b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self.listener.accept()
        with connection:
            self.head, _ = receive_head(connection)
            connection.sendall(self.answer)
            if b"200" in self.answer:
                connection.sendall(connection.recv(100))


@pytest.fixture
def peer() -> Iterator[Peer]:
    made = Peer()
    yield made
    made.listener.close()


def test_a_connection_leads_through_the_proxy(peer: Peer) -> None:
    proxy = proxies.choose(f"http://anna:p%40ss%3A@127.0.0.1:{peer.port}", "head")
    with proxies.dial("::1", 20001, _WITHIN_S, proxy) as connection:
        connection.sendall(b"hello")
        assert connection.recv(100) == b"hello"
    lines = peer.head.decode().split("\r\n")
    assert lines[:2] == ["CONNECT [::1]:20001 HTTP/1.1", "Host: [::1]:20001"]
    assert f"Proxy-Authorization: Basic {base64.b64encode(b'anna:p@ss:').decode()}" in lines
    assert "p@ss" not in repr(proxy) and "p%40ss" not in repr(proxy)


def test_without_a_login_there_is_none(peer: Peer) -> None:
    proxies.dial("head", 20001, _WITHIN_S, proxies.choose(f"127.0.0.1:{peer.port}", "head")).close()
    assert peer.head == b"CONNECT head:20001 HTTP/1.1\r\nHost: head:20001\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (
            b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
            "407 Proxy Authentication Required' when asked",
        ),
        (b"HTTP/1.0 503 Down\r\nx: y\r\n\r\n", "503 Down"),
        (b"SSH-2.0-x 200\r\n\r\n", "SSH-2.0-x 200"),
        (b"HTTP/1.1 200 OK\r\n\r\nmore", "more than its answer"),
        (b"x" * 20_000, "no answer"),
        (b"", "no answer"),
    ],
)
def test_a_refusal_is_told_with_what_the_proxy_said(peer: Peer, answer: bytes, error: str) -> None:
    peer.answer = answer
    with pytest.raises(ProxyError, match=error) as caught:
        proxies.dial("h", 1, _WITHIN_S, proxies.choose(f"http://u:secret@127.0.0.1:{peer.port}", "h"))
    assert f"127.0.0.1:{peer.port}" in str(caught.value) and "secret" not in str(caught.value)


def test_a_proxy_that_is_not_there_is_named() -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ProxyError, match=f"the proxy {where} cannot be reached"):
            proxies.dial("h", 1, _WITHIN_S, proxies.choose(where, "h"))


def test_the_environment_counts_when_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert proxies.choose("environment", "head.corp") is None
    monkeypatch.setenv("https_proxy", "http://u:p@proxy.corp:3128/")
    monkeypatch.setenv("no_proxy", "localhost,.internal")
    assert proxies.choose(None, "head.corp") is None
    found = proxies.choose("environment", "head.corp")
    assert found == Proxy("proxy.corp", 3128, "http://u:p@proxy.corp:3128", "u:p")
    for choice in ("environment", "http://other:1"):
        assert proxies.choose(choice, "head.internal") is None
    other = proxies.choose("http://other", "head.corp")
    assert other is not None and (str(other), other.url) == ("other:80", "http://other:80")


@pytest.mark.parametrize(
    "url",
    ["https://h:1", "socks5://h:1", "http://", "http://h:x", "http://h:99999", "http://h/path", "http://h\n:1", "hö"],
)
def test_what_is_no_proxy_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="a proxy is 'environment' or 'http://") as caught:
        proxies.choose(url.replace("://h", "://u:secret@h"), "head")
    assert "secret" not in str(caught.value)
