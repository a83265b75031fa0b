"""Functions and classes that the driver already has."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable

from ray_client.pickling.payload import Pickled
from ray_client_proto.v1 import operation_pb2


class Exports:
    """Ships each function or class once, by the digest of its pickle. Safe from any thread."""

    def __init__(self, send: Callable[[operation_pb2.Export, Pickled], None]) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._sent: set[bytes] = set()

    def ship(self, kind: operation_pb2.Export.Kind, pickled: Pickled) -> bytes:
        """Give the digest that calls refer to; the driver has the code before any call made from now on."""
        hasher = hashlib.sha256()
        for part in pickled.parts():
            hasher.update(part)
        digest = hasher.digest()
        # Sent under the lock: another thread must not schedule by this digest before it is on its way.
        with self._lock:
            if digest not in self._sent:
                self._send(operation_pb2.Export(digest=digest, kind=kind), pickled)
                self._sent.add(digest)
        return digest
