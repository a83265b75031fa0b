"""Requests to this driver itself, from its gateway and from clients on the same machine (docs/protocol.md, rule H5).

They come to a unix socket in a directory that only this user may enter. They are those of rule S1, and have to prove
that their sender knows the session's secret; the token is the gateway's business.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable
from typing import Final

from ray_client_proto.asking import receive_head
from ray_client_proto.threads import Thread
from ray_client_proto.wire import requests, websocket

log = logging.getLogger(__name__)

_ASKING: Final = 64  #: requests that are read at the same time; more are hung up on

#: Serves a connection of a kind, of which so much was read before.
Begin = Callable[[socket.socket, bytes, bytes], None]


class LocalDoor:
    """Listens for requests, and hands on the connections that may come in."""

    def __init__(self, path: str, session_id: str, secret: bytes, begin: Begin, within_s: float) -> None:
        """Begin to listen at a unix socket; `within_s` bounds how long a request may take."""
        self._path, self._begin, self._within_s = path, begin, within_s
        self._session_id, self._secret = session_id, secret
        self._asking = threading.Semaphore(_ASKING)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        Thread("local-door", self._accept).start()

    def close(self) -> None:
        """Take no more requests."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()
        with contextlib.suppress(OSError):
            os.unlink(self._path)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # closed
            if self._asking.acquire(blocking=False):
                # It takes as long as the sender likes, up to a limit: never in the thread that accepts.
                Thread("local-request", self._greet, connection).start()
            else:
                log.warning("local.refused because=there are %d requests", _ASKING)
                connection.close()

    def _greet(self, connection: socket.socket) -> None:
        """Read a request, and let its sender in or refuse it."""
        try:
            try:
                connection.settimeout(self._within_s)
                head, rest = receive_head(connection)
                kind = self._answer(connection, head)
            finally:
                self._asking.release()  # before the connection ends: its place is free for whoever sees that
        except (OSError, ValueError) as error:
            log.info("local.refused because=%s", error)
            connection.close()
        else:
            self._begin(connection, kind, rest)

    def _answer(self, connection: socket.socket, head: bytes) -> bytes:
        """Answer a request, and give the kind of connection that it is for.

        Raises:
            OSError: its sender is gone.
            ValueError: it was refused.
        """
        refusal, because = requests.refusal(400, "Bad Request"), "not a request for a session"
        with contextlib.suppress(ValueError):
            request, accepted = websocket.read_request(head)
            if request.session_id == self._session_id and request.has_secret(self._secret):
                connection.sendall(accepted)
                return websocket.kind_of(head)
            refusal, because = requests.refusal(404, "Not Found"), "another session, or without its secret"
        connection.sendall(refusal)
        raise ValueError(because)
