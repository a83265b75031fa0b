"""Messages on a connection, as binary frames of a WebSocket (RFC 6455; docs/protocol.md, rules S1 to S6).

Without I/O: bytes in, messages out. A client's frames are masked with a key of zeros, which is legal and costs no pass
over the bytes: masks are there for browsers. A peer that masks in earnest is understood.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from ray_client_proto.wire import requests
from ray_client_proto.wire.errors import ProtocolError

CAPABILITY: Final = "socket"
TLS_CAPABILITY: Final = "socket_tls"  #: drivers end TLS: the request comes before it
LANES: Final = "lanes"  #: the capability for connections for lanes and logs
LOCAL: Final = "local"  #: that for requests to a driver itself, on one machine, and for connections for calls
PATH: Final = "/session"
METHOD: Final = b"GET "  #: what a request begins with, and no connection of HTTP/2 or TLS does

#: Kinds of connections: what goes to the driver before what was read, with the connection's file.
DATA, LANE, LOGS, CALL, PORT = b"\0", b"\1", b"\2", b"\3", b"\4"
_PATHS: Final = {PATH: DATA, f"{PATH}/lane": LANE, f"{PATH}/logs": LOGS, f"{PATH}/call": CALL, f"{PATH}/port": PORT}
PROTOCOL: Final = "ray-client.v1"  #: in `Sec-WebSocket-Protocol`

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
_DATA: Final = (CONTINUATION, TEXT, BINARY)

NORMAL: Final = 1000  #: the code of an end in good order
GOING_AWAY: Final = 1001  #: that of a gateway which lost its client, and does not know for how long
FAILURES: Final = 4000  #: and a code of `ray_client.v1.Failure`: what the driver ends the stream with; its text follows
_REASON_BYTES: Final = 120

_GUID: Final = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
_FINAL, _MASKED, _RESERVED = 0x80, 0x80, 0x70
_SHORT, _MEDIUM = 125, 126
_CONTROL_BYTES: Final = 125
_NO_MASK: Final = bytes(4)


class Frame(NamedTuple):
    """A whole message, or a control frame."""

    opcode: int
    payload: bytes


def header(opcode: int, size_bytes: int, is_client: bool) -> bytes:
    """Give what stands before a message of this size."""
    mask = _MASKED if is_client else 0
    if size_bytes <= _SHORT:
        start = bytes((_FINAL | opcode, mask | size_bytes))
    elif size_bytes < 1 << 16:
        start = bytes((_FINAL | opcode, mask | _MEDIUM)) + size_bytes.to_bytes(2, "big")
    else:
        start = bytes((_FINAL | opcode, mask | _MEDIUM + 1)) + size_bytes.to_bytes(8, "big")
    return start + _NO_MASK if is_client else start


def closing(code: int, reason: str = "") -> bytes:
    """Give the payload of a closing frame; a long reason is cut."""
    text = reason.encode()[:_REASON_BYTES].decode("utf-8", "ignore")
    return code.to_bytes(2, "big") + text.encode()


class Decoder:
    """Takes bytes as they come, and gives messages as they are whole; checks the bound of each before it is there."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._buffer = bytearray()
        self._opcode = CONTINUATION  # of the message that was begun
        self._begun = b""

    def feed(self, data: bytes | memoryview) -> Iterator[Frame]:
        """Yield what is whole now.

        Raises:
            ProtocolError: it is no frame, or its message is larger than the limit.
        """
        self._buffer += data
        while (frame := self._take()) is not None:
            yield frame

    def _take(self) -> Frame | None:
        while (parts := self._take_frame()) is not None:
            opcode, is_final, payload = parts
            if opcode not in _DATA:
                return Frame(opcode, payload)
            if (opcode == CONTINUATION) == (self._opcode == CONTINUATION):
                raise ProtocolError(f"S3: a frame with opcode {opcode} cannot come here")
            self._opcode = opcode or self._opcode
            self._begun = self._begun + payload if self._begun else payload
            if is_final:
                whole = Frame(self._opcode, self._begun)
                self._opcode, self._begun = CONTINUATION, b""
                return whole
        return None

    def _take_frame(self) -> tuple[int, bool, bytes] | None:
        """Give opcode, whether the message ends with it, and payload of the next frame; None while it is not whole."""
        buffer = self._buffer
        start = read_start(buffer, self._limit_bytes - len(self._begun))
        if start is None or len(buffer) < start.end + start.size_bytes:
            return None
        payload = bytes(memoryview(buffer)[start.end : start.end + start.size_bytes])
        del buffer[: start.end + start.size_bytes]
        return start.opcode, start.is_final, unmasked(payload, start.mask) if start.mask else payload


class Start(NamedTuple):
    """What stands before the payload of a frame."""

    opcode: int
    is_final: bool  #: whether the message ends with it
    mask: bytes  #: empty for that of zeros
    size_bytes: int  #: of the payload
    end: int  #: where the payload begins

    @property
    def is_data(self) -> bool:
        """Whether it belongs to a message."""
        return self.opcode in _DATA


def read_start(buffer: bytes | bytearray, limit_bytes: int) -> Start | None:
    """Read what stands before a payload; None while it is not whole.

    Raises:
        ProtocolError: it begins no frame, or one with a payload larger than the limit.
    """
    if len(buffer) < 2:
        return None
    opcode, size_bytes = buffer[0] & 0x0F, buffer[1] & 0x7F
    if buffer[0] & _RESERVED or opcode not in (*_DATA, CLOSE, PING, PONG):
        raise ProtocolError(f"S3: {bytes(buffer[:2]).hex()} begins no frame of a WebSocket")
    end = 2
    if size_bytes > _SHORT:
        end = 4 if size_bytes == _MEDIUM else 10
        if len(buffer) < end:
            return None
        size_bytes = int.from_bytes(buffer[2:end], "big")
    is_final = bool(buffer[0] & _FINAL)
    if opcode not in _DATA and (size_bytes > _CONTROL_BYTES or not is_final):
        raise ProtocolError("S3: a control frame is short, and whole")
    if opcode in _DATA and size_bytes > limit_bytes:
        raise ProtocolError(f"S4: {size_bytes} bytes more in a message; {limit_bytes} are allowed")
    mask = b""
    if buffer[1] & _MASKED:
        end += 4
        if len(buffer) < end:
            return None
        mask = bytes(buffer[end - 4 : end])
    return Start(opcode, is_final, b"" if mask == _NO_MASK else mask, size_bytes, end)


def unmasked(payload: bytes, mask: bytes) -> bytes:
    """Give a payload without its mask."""
    size_bytes = len(payload)
    key = int.from_bytes((mask * (size_bytes // 4 + 1))[:size_bytes], "big")
    return (int.from_bytes(payload, "big") ^ key).to_bytes(size_bytes, "big")


def request(authority: str, key: str, headers: list[tuple[str, str]], kind: bytes = DATA, prefix: str = "") -> bytes:
    """Give a client's request.

    Args:
        authority: of the gateway.
        key: 16 random bytes in base64.
        headers: those of `requests.headers`, and what a proxy wants.
        kind: of the connection.
        prefix: what a proxy has the gateway under.
    """
    path = next(path for path, each in _PATHS.items() if each == kind)
    lines = [
        f"GET {prefix}{path} HTTP/1.1",
        f"Host: {authority}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
        f"Sec-WebSocket-Protocol: {PROTOCOL}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def read_request(head: bytes) -> tuple[requests.Request, bytes]:
    """Give what a request asks for, and the answer that accepts it.

    Raises:
        ValueError: it is no request for a session's socket.
    """
    line, values = requests.read_head(head)
    given = tuple(values.get(name, "") for name in ("upgrade", "sec-websocket-version", "sec-websocket-protocol"))
    if not kind_of(head) or (given[0].lower(), *given[1:]) != ("websocket", "13", PROTOCOL):
        raise ValueError(f"not a request for a session's socket: {line[:80]!r}")
    lines = (
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {accept_of(values.get('sec-websocket-key', ''))}",
        f"Sec-WebSocket-Protocol: {PROTOCOL}",
    )
    return requests.request_of(values), "\r\n".join([*lines, "", ""]).encode("ascii")


def kind_of(head: bytes) -> bytes:
    r"""Give the kind of connection that a request asks for; empty where it is none of ours.

    Before the path may stand that of a proxy.

    >>> kind_of(b"GET /clusters/blue/session/lane HTTP/1.1\r\n\r\n") == LANE
    True
    """
    method, _, rest = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
    path, _, version = rest.partition(" ")
    if (method, version) != ("GET", "HTTP/1.1") or not path.startswith("/"):
        return b""
    return next((kind for end, kind in _PATHS.items() if path.endswith(end)), b"")


def is_accepted(head: bytes, key: str) -> bool:
    """Tell whether an answer accepts the request with this key."""
    try:
        line, values = requests.read_head(head)
    except ValueError:
        return False
    return line.startswith("HTTP/1.1 101 ") and values.get("sec-websocket-accept") == accept_of(key)


def accept_of(key: str) -> str:
    """Give what proves that a request was understood.

    >>> accept_of("dGhlIHNhbXBsZSBub25jZQ==")
    's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
    """
    return base64.b64encode(hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()).decode()
