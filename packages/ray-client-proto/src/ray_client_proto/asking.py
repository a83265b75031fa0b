"""The request of a client that makes a connection one of its session's driver (docs/protocol.md, rules S1 and S9)."""

from __future__ import annotations

import base64
import os
import socket
from typing import Final

from ray_client_proto.tls import TlsSocket
from ray_client_proto.wire import tunnel, websocket

_HEAD_BYTES: Final = 16 * 1024


def ask(
    connection: socket.socket | TlsSocket, authority: str, headers: list[tuple[str, str]], kind: bytes, prefix: str
) -> bytes:
    """Send the request; give what came after the answer. The arguments are those of `websocket.request`.

    Raises:
        OSError: the connection is gone, or silent for too long.
        ValueError: the gateway refused.
    """
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(websocket.request(authority, key, headers, kind, prefix))
    received = b""
    while not (size_bytes := tunnel.head_size(received)):
        piece = connection.recv(_HEAD_BYTES)
        received += piece
        if not piece or len(received) > _HEAD_BYTES:
            raise ValueError("no answer to the request for one")
    if not websocket.is_accepted(received[:size_bytes], key):
        raise ValueError(received.split(b"\r\n", 1)[0].decode("ascii", "replace")[:80])
    return received[size_bytes:]
