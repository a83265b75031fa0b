"""Addresses as users write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from ray_client.errors import AddressError
from ray_client_proto.proxies import Proxy
from ray_client_proto.wire.limits import DEFAULT_PORT

#: Schemes that name a gateway, and whether it speaks TLS. `rays` is to `ray` what `https` is to `http`.
SCHEMES: Final = {"ray": False, "rays": True}

_PATH: Final = re.compile(r"[A-Za-z0-9._~%+=,:-]+(?:/[A-Za-z0-9._~%+=,:-]+)*")


@dataclass(frozen=True)
class Address:
    """Where a gateway listens."""

    host: str
    port: int = DEFAULT_PORT
    is_tls: bool = False
    prefix: str = ""  #: what a proxy has the gateway under, as `/clusters/blue`
    proxy: Proxy | None = field(default=None, repr=False)  #: of the user's own network, which leads there

    @property
    def target(self) -> str:
        """Give `host:port`, as sockets and gRPC want it; an IPv6 host is in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{'rays' if self.is_tls else 'ray'}://{self.target}{self.prefix}"


def is_dashboard_url(text: str) -> bool:
    """Tell whether an address is that of a dashboard.

    >>> is_dashboard_url("http://head:8265"), is_dashboard_url("ray://head")
    (True, False)
    """
    return text.strip().lower().startswith(("http://", "https://"))


def parse_address(text: str) -> Address:
    """Give the address that `text` means: `ray://host[:port]`, `rays://host[:port]` (TLS), `host:port` or `host`.

    Behind a proxy a path may follow, as in `rays://host:443/clusters/blue`.

    Raises:
        AddressError: it is none of these.

    >>> parse_address("ray://head")
    Address(host='head', port=20001, is_tls=False, prefix='')
    """
    scheme, separator, rest = text.strip().rpartition("://")
    if separator and scheme not in SCHEMES:
        raise AddressError(text, f"the scheme {scheme!r} is unknown")
    if not separator and rest in ("auto", "local"):
        raise AddressError(text, "it means a cluster on this machine, which only a process with ray can join")
    rest, slash, path = rest.rstrip("/").partition("/")
    if not rest:
        raise AddressError(text, "it has no host")
    if any(character in rest for character in "?#@ \t") or (slash and not _PATH.fullmatch(path)):
        raise AddressError(text, "it must be a host, a port, and perhaps the path of a proxy, and nothing more")
    host, port_text = _split(rest, text)
    return Address(host, _port(port_text, text), SCHEMES.get(scheme, False), slash + path)


def _split(rest: str, text: str) -> tuple[str, str | None]:
    """Give host and port of `host`, `host:port`, `[v6]` and `[v6]:port`; a bare IPv6 address has no port."""
    if rest.startswith("["):
        host, bracket, after = rest[1:].partition("]")
        if not bracket or not host or (after and not after.startswith(":")):
            raise AddressError(text, "its brackets do not match")
        return host, after[1:] if after else None
    if rest.count(":") > 1:
        return rest, None
    host, colon, port_text = rest.partition(":")
    if not host:
        raise AddressError(text, "it has no host")
    return host, port_text if colon else None


def _port(port_text: str | None, text: str) -> int:
    if port_text is None:
        return DEFAULT_PORT
    if not (port_text.isascii() and port_text.isdigit() and 0 < int(port_text) < 65536):
        raise AddressError(text, f"the port {port_text!r} is not a number from 1 to 65535")
    return int(port_text)
