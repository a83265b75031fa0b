"""HTTP proxies, asked with `CONNECT` (RFC 9110, 9.3.6) for a connection to a gateway; only where a user says so."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

ENVIRONMENT: Final = "environment"  #: the choice of what `https_proxy` and `no_proxy` say
_DEFAULT_PORT: Final = 80


class ProxyError(OSError):
    """A proxy cannot be reached, or did not give the connection."""


@dataclass(frozen=True)
class Proxy:
    """Where a proxy listens, and who we are to it."""

    host: str
    port: int
    url: str = field(repr=False)  #: as gRPC wants it, with the login
    login: str = field(default="", repr=False)  #: `user:password`

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def choose(choice: str | None, host: str) -> Proxy | None:
    """Give the proxy for a host; None where none is asked for, or `no_proxy` of the environment names the host.

    Raises:
        ValueError: the choice is neither `ENVIRONMENT` nor a proxy's URL, or the environment has no such URL.
    """
    if choice is None:
        return None
    import urllib.request  # 20 ms that few need

    is_bypassed: Callable[[str], bool] = urllib.request.proxy_bypass_environment  # type: ignore[attr-defined]

    found = urllib.request.getproxies_environment()
    url = found.get("https") or found.get("all") if choice == ENVIRONMENT else choice
    return None if url is None or is_bypassed(host) else _read(url)


def _read(url: str) -> Proxy:
    from urllib.parse import unquote, urlsplit

    text = url if "://" in url else f"http://{url}"
    # Without the text in errors: there may be a password in it.
    wrong = f"a proxy is {ENVIRONMENT!r} or 'http://[user:password@]host[:port]', and this one is neither"
    try:
        parts = urlsplit(text)
        port = parts.port or _DEFAULT_PORT
    except ValueError:
        raise ValueError(wrong) from None
    rest = (parts.path.strip("/"), parts.query, parts.fragment)
    if parts.scheme != "http" or not parts.hostname or any(rest) or not text.isascii() or not text.isprintable():
        raise ValueError(wrong)
    login = unquote(parts.netloc.rpartition("@")[0])
    return Proxy(parts.hostname, port, f"http://{parts.netloc}" + ("" if parts.port else f":{port}"), login)


def dial(host: str, port: int, timeout_s: float, proxy: Proxy | None = None) -> socket.socket:
    """Connect, through the proxy if there is one; the time limit stays on the socket.

    Raises:
        OSError: nobody can be reached.
        ProxyError: the proxy is why.
    """
    import socket

    if proxy is None:
        return socket.create_connection((host, port), timeout_s)
    try:
        connection = socket.create_connection((proxy.host, proxy.port), timeout_s)
    except OSError as error:
        raise ProxyError(f"the proxy {proxy} cannot be reached: {error}") from error
    try:
        _tunnel(connection, f"[{host}]:{port}" if ":" in host else f"{host}:{port}", proxy)
        return connection
    except BaseException:
        connection.close()
        raise


def _tunnel(connection: socket.socket, target: str, proxy: Proxy) -> None:
    from ray_client_proto.asking import receive_head

    login = base64.b64encode(proxy.login.encode()).decode()
    request = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n"
    request += f"Proxy-Authorization: Basic {login}\r\n\r\n" if login else "\r\n"
    try:
        connection.sendall(request.encode("ascii"))
        head, rest = receive_head(connection)
    except (OSError, ValueError) as error:
        raise ProxyError(f"the proxy {proxy} gave no answer: {error}") from error
    status = head.split(b"\r\n", 1)[0].decode("ascii", "replace")[:80]
    if not status.startswith("HTTP/1.") or status[8:10] != " 2":
        raise ProxyError(f"the proxy {proxy} answered {status!r} when asked for {target}")
    if rest:  # of a gateway, which says nothing before it is asked
        raise ProxyError(f"the proxy {proxy} sent more than its answer")
