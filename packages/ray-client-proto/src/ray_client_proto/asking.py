"""The request that makes a connection one of a session's driver: asking, and its head (docs/protocol.md, S1 and S9)."""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import Iterable
from typing import Final

from ray_client_proto.tls import TlsSocket
from ray_client_proto.wire import requests, websocket
from ray_client_proto.wire.texts import escaped

_HEAD_BYTES: Final = 16 * 1024


class AgainError(ValueError):
    """The gateway refused; what is asked in the same way again, it may take."""


def ask(
    connection: socket.socket | TlsSocket,
    authority: str,
    asker: requests.Asker,
    kind: bytes,
    prefix: str,
    more: Iterable[tuple[str, str]] = (),
) -> bytes:
    """Send the request with the headers of `asker`, and `more`; give what came after the answer.

    Raises:
        OSError: the connection is gone, or silent for too long.
        ValueError: the gateway refused.
        AgainError: it did, since it counts time otherwise than `asker`, which knows it now.
    """
    headers = asker()
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(websocket.request(authority, key, [*headers, *more], kind, prefix))
    head, rest = receive_head(connection)
    if not websocket.is_accepted(head, key):
        said = escaped(head.split(b"\r\n", 1)[0].decode("ascii", "replace")[:80])
        raise AgainError(said) if asker.learn(headers, head) else ValueError(said)
    return rest


def receive_head(connection: socket.socket | TlsSocket) -> tuple[bytes, bytes]:
    """Give the head of a request or an answer, and what came after it.

    Raises:
        OSError: the connection is gone, or silent for too long.
        ValueError: it ended before its head did, or the head is too long.
    """
    received = b""
    while not (size_bytes := requests.head_size(received)):
        piece = connection.recv(_HEAD_BYTES)
        received += piece
        if not piece or len(received) > _HEAD_BYTES:
            raise ValueError(f"{len(received)} bytes, and no end of a head in them")
    return received[:size_bytes], received[size_bytes:]
