"""Ports on this side that clients reach through the session (docs/protocol.md, rules F1 to F6)."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from typing import Final

from ray_client_proto.ports import CONNECTIONS, PortSocket, Target, carry
from ray_client_proto.v1.error_pb2 import Failure

log = logging.getLogger(__name__)

_CONNECT_S: Final = 10.0  #: until somebody answers at a port


class PortService:
    """Serves connections for ports. Each has a thread of its own, which calls `serve`."""

    def __init__(self, is_allowed: bool = True) -> None:
        """`is_allowed` is false where the operator forbids them."""
        self._is_allowed = is_allowed
        self._places = threading.Semaphore(CONNECTIONS)

    def serve(self, connection: PortSocket) -> None:
        """Connect to the port that a connection is for, and carry bytes both ways.

        Raises:
            OSError: the connection is gone.
            ProtocolError: what came is no message.
        """
        target = connection.receive_target()
        if target is None:
            return
        if not self._is_allowed:
            _refuse(connection, Failure.INVALID_ARGUMENT, "the operator of the server forbids it (--no-forwarding)")
        elif not self._places.acquire(blocking=False):
            _refuse(connection, Failure.LIMIT_EXCEEDED, f"there are {CONNECTIONS} connections of the session's")
        else:
            try:
                self._lead(connection, target)
            finally:
                self._places.release()

    def _lead(self, connection: PortSocket, target: Target) -> None:
        if not target.port:
            connection.send(b"")
            connection.finish()
            connection.drain()
            return
        try:
            plain = socket.create_connection(target, _CONNECT_S)
        except (OSError, UnicodeError) as error:  # no such name, or a name that is none
            log.info("port.refused port=%d because=%s", target.port, error)
            _refuse(connection, Failure.INVALID_ARGUMENT, f"nobody answers there: {error}")
            return
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        try:
            connection.send(b"")
        except OSError:
            plain.close()
            raise
        carry(connection, plain)


def _refuse(connection: PortSocket, code: Failure.Code, reason: str) -> None:
    with contextlib.suppress(OSError):
        connection.refuse(code, reason)
        connection.drain()
