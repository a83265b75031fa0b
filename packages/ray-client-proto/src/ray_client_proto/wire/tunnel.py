"""How a client asks a gateway for a tunnel to its session's driver (docs/protocol.md, rules U1 to U5).

It is a request of HTTP/1.1, as the gRPC library sends it to a proxy: `CONNECT`, with the metadata of rules M1 and M2 as
headers. What follows the answer's empty line goes to the driver.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Final

CAPABILITY: Final = "tunnel"
AUTHORITY: Final = "session"  #: what to connect to; which session it is, the headers say
METHOD: Final = b"CONNECT "  #: what a request begins with, and no connection of HTTP/2 or TLS does
ACCEPTED: Final = b"HTTP/1.1 200 OK\r\n\r\n"  #: the answer after which all bytes are the driver's
_LINE_END: Final = "\r\n"
_HEAD_END: Final = b"\r\n\r\n"
_BINARY: Final = "-bin"  #: names of bytes end so, as in gRPC's metadata


def headers(metadata: Iterable[tuple[str, str | bytes]]) -> list[tuple[str, str]]:
    """Give metadata as headers of HTTP; bytes go in base64.

    >>> headers([("a", "x"), ("b-bin", b"12")])
    [('a', 'x'), ('b-bin', 'MTI=')]
    """
    return [(key, base64.b64encode(value).decode() if isinstance(value, bytes) else value) for key, value in metadata]


def head_size(received: bytes) -> int:
    """Give the length of the request's head at the beginning of what was received; 0 if its end is not there yet."""
    return received.find(_HEAD_END) + len(_HEAD_END) if _HEAD_END in received else 0


def metadata_of(head: bytes) -> list[tuple[str, str | bytes]]:
    """Give the metadata of a request from its head.

    Raises:
        ValueError: it is no request for a tunnel.
    """
    request, *lines = head.decode("ascii").removesuffix(_LINE_END * 2).split(_LINE_END)
    if request.split(" ") != ["CONNECT", AUTHORITY, "HTTP/1.1"]:
        raise ValueError(f"not a request for a tunnel to a session: {request[:80]!r}")
    metadata: list[tuple[str, str | bytes]] = []
    for line in lines:
        key, colon, value = line.partition(":")
        if not colon:
            raise ValueError("a header without a colon")
        key, value = key.strip().lower(), value.strip()
        metadata.append((key, _bytes(value) if key.endswith(_BINARY) else value))
    return metadata


def refusal(status: int, reason: str) -> bytes:
    r"""Give the answer that refuses a tunnel.

    >>> refusal(410, "Gone")
    b'HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
    """
    lines = (f"HTTP/1.1 {status} {reason}", "Content-Length: 0", "Connection: close")
    return (_LINE_END.join(lines) + _LINE_END * 2).encode("ascii")


def _bytes(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError(f"a header that should be base64 is not: {error}") from error
