"""How a client asks a gateway for a tunnel to its session's driver (docs/protocol.md, rules U1 to U5).

It is a request of HTTP/1.1, as the gRPC library sends it to a proxy: `CONNECT` with headers. What follows the answer's
empty line is the driver's. The request comes before TLS, so it tells neither secret nor token, only that one has them.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import Final

from ray_client_proto.wire import metadata

CAPABILITY: Final = "tunnel"
AUTHORITY: Final = "session"  #: what to connect to; which session it is, a header says
METHOD: Final = b"CONNECT "  #: what a request begins with, and no connection of HTTP/2 or TLS does
ACCEPTED: Final = b"HTTP/1.1 200 OK\r\n\r\n"  #: the answer after which all bytes are the driver's

_SECRET_PROOF: Final = "ray-client-secret-proof"
_TOKEN_PROOF: Final = "ray-client-token-proof"
_LINE_END: Final = "\r\n"
_HEAD_END: Final = b"\r\n\r\n"


@dataclass(frozen=True)
class Request:
    """A request for a tunnel, with what shows that its sender has the session's secret and the gateway's token."""

    session_id: str
    secret_proof: bytes
    token_proof: bytes

    def has_secret(self, secret: bytes) -> bool:
        """Tell whether its sender has this secret."""
        return hmac.compare_digest(self.secret_proof, _proof(secret, _SECRET_PROOF))

    def has_token(self, secret: bytes, token: str) -> bool:
        """Tell whether its sender has this token, besides the secret."""
        return hmac.compare_digest(self.token_proof, _proof(secret, _TOKEN_PROOF + token))


def headers(session_id: str, secret: bytes, token: str | None) -> list[tuple[str, str]]:
    """Give the headers of a request, as names and values."""
    return [
        (metadata.SESSION_ID, session_id),
        (_SECRET_PROOF, base64.b64encode(_proof(secret, _SECRET_PROOF)).decode()),
        (_TOKEN_PROOF, base64.b64encode(_proof(secret, _TOKEN_PROOF + (token or ""))).decode()),
    ]


def head_size(received: bytes) -> int:
    """Give the length of the request's head at the beginning of what was received; 0 if its end is not there yet."""
    return received.find(_HEAD_END) + len(_HEAD_END) if _HEAD_END in received else 0


def read(head: bytes) -> Request:
    """Read the head of a request.

    Raises:
        ValueError: it is no request for a tunnel.
    """
    line, values = read_head(head)
    if line.split(" ") != ["CONNECT", AUTHORITY, "HTTP/1.1"]:
        raise ValueError(f"not a request for a tunnel to a session: {line[:80]!r}")
    return request_of(values)


def read_head(head: bytes) -> tuple[str, dict[str, str]]:
    """Give the first line of a head of HTTP/1.1, and its headers by their names in lower case.

    What a proxy adds may be there more than once, and in another encoding: values of one name are joined.

    Raises:
        ValueError: it is none.
    """
    line, *lines = head.decode("latin-1").removesuffix(_LINE_END * 2).split(_LINE_END)
    values: dict[str, str] = {}
    for each in lines:
        name, colon, value = each.partition(":")
        if not colon:
            raise ValueError("a header without a colon")
        name, value = name.lower(), value.strip()
        values[name] = f"{values[name]}, {value}" if name in values else value
    return line, values


def request_of(values: dict[str, str]) -> Request:
    """Give what headers say of the session and of who asks for it.

    Raises:
        ValueError: a proof is not base64.
    """
    return Request(values.get(metadata.SESSION_ID, ""), _bytes(values, _SECRET_PROOF), _bytes(values, _TOKEN_PROOF))


def refusal(status: int, reason: str) -> bytes:
    r"""Give the answer that refuses a tunnel.

    >>> refusal(410, "Gone")
    b'HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
    """
    lines = (f"HTTP/1.1 {status} {reason}", "Content-Length: 0", "Connection: close")
    return (_LINE_END.join(lines) + _LINE_END * 2).encode("ascii")


def _proof(secret: bytes, of: str) -> bytes:
    return hmac.digest(secret, of.encode(), "sha256")


def _bytes(values: dict[str, str], name: str) -> bytes:
    try:
        return base64.b64decode(values.get(name, ""), validate=True)
    except binascii.Error as error:
        raise ValueError(f"{name} is not base64: {error}") from error
