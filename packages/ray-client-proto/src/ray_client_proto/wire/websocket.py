"""Messages on a connection, as binary frames of a WebSocket (RFC 6455; docs/protocol.md, rules S1 to S5).

Without I/O: bytes in, messages out. A client's frames are masked with a key of zeros, which is legal and costs no pass
over the bytes: masks are there for browsers. A peer that masks in earnest is understood.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from ray_client_proto.wire import tunnel
from ray_client_proto.wire.errors import ProtocolError

CAPABILITY: Final = "socket"
TLS_CAPABILITY: Final = "socket_tls"  #: drivers end TLS: the request comes before it
PATH: Final = "/session"
METHOD: Final = b"GET "  #: what a request begins with, and no connection of HTTP/2 or TLS does
PROTOCOL: Final = "ray-client.v1"  #: in `Sec-WebSocket-Protocol`

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
_DATA: Final = (CONTINUATION, TEXT, BINARY)

NORMAL: Final = 1000  #: the code of an end in good order
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

    def feed(self, data: bytes) -> Iterator[Frame]:
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
        if len(buffer) < 2:
            return None
        opcode, size_bytes = buffer[0] & 0x0F, buffer[1] & 0x7F
        if buffer[0] & _RESERVED or opcode not in (*_DATA, CLOSE, PING, PONG):
            raise ProtocolError(f"S3: {bytes(buffer[:2]).hex()} begins no frame of a WebSocket")
        start = 2
        if size_bytes > _SHORT:
            start = 4 if size_bytes == _MEDIUM else 10
            if len(buffer) < start:
                return None
            size_bytes = int.from_bytes(buffer[2:start], "big")
        is_final = bool(buffer[0] & _FINAL)
        if opcode not in _DATA and (size_bytes > _CONTROL_BYTES or not is_final):
            raise ProtocolError("S3: a control frame is short, and whole")
        if size_bytes + len(self._begun) > self._limit_bytes:
            raise ProtocolError(f"S4: a message of {size_bytes} bytes or more; {self._limit_bytes} are allowed")
        mask = b""
        if buffer[1] & _MASKED:
            mask = bytes(buffer[start : start + 4])
            start += 4
        if len(buffer) < start + size_bytes:
            return None
        payload = bytes(memoryview(buffer)[start : start + size_bytes])
        del buffer[: start + size_bytes]
        return opcode, is_final, unmasked(payload, mask) if mask and mask != _NO_MASK else payload


def unmasked(payload: bytes, mask: bytes) -> bytes:
    """Give a payload without its mask."""
    size_bytes = len(payload)
    key = int.from_bytes((mask * (size_bytes // 4 + 1))[:size_bytes], "big")
    return (int.from_bytes(payload, "big") ^ key).to_bytes(size_bytes, "big")


def request(authority: str, key: str, headers: list[tuple[str, str]], prefix: str = "") -> bytes:
    """Give a client's request; `headers` are those of `tunnel.headers`, and `key` is 16 random bytes in base64.

    `prefix` is what a proxy has the gateway under.
    """
    lines = [
        f"GET {prefix}{PATH} HTTP/1.1",
        f"Host: {authority}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
        f"Sec-WebSocket-Protocol: {PROTOCOL}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def read_request(head: bytes) -> tuple[tunnel.Request, bytes]:
    """Give what a request asks for, and the answer that accepts it.

    Raises:
        ValueError: it is no request for a session's socket.
    """
    line, values = tunnel.read_head(head)
    given = tuple(values.get(name, "") for name in ("upgrade", "sec-websocket-version", "sec-websocket-protocol"))
    if not _is_ours(line) or (given[0].lower(), *given[1:]) != ("websocket", "13", PROTOCOL):
        raise ValueError(f"not a request for a session's socket: {line[:80]!r}")
    lines = (
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {accept_of(values.get('sec-websocket-key', ''))}",
        f"Sec-WebSocket-Protocol: {PROTOCOL}",
    )
    return tunnel.request_of(values), "\r\n".join([*lines, "", ""]).encode("ascii")


def _is_ours(line: str) -> bool:
    """Tell whether a request's first line asks for a session's socket; before the path may stand that of a proxy."""
    method, _, rest = line.partition(" ")
    path, _, version = rest.partition(" ")
    return (method, version) == ("GET", "HTTP/1.1") and path.startswith("/") and path.endswith(PATH)


def is_accepted(head: bytes, key: str) -> bool:
    """Tell whether an answer accepts the request with this key."""
    try:
        line, values = tunnel.read_head(head)
    except ValueError:
        return False
    return line.startswith("HTTP/1.1 101 ") and values.get("sec-websocket-accept") == accept_of(key)


def accept_of(key: str) -> str:
    """Give what proves that a request was understood.

    >>> accept_of("dGhlIHNhbXBsZSBub25jZQ==")
    's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
    """
    return base64.b64encode(hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()).decode()
