"""Functions and classes that the driver has."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections import Counter
from collections.abc import Callable
from types import ModuleType
from typing import Final

from ray_client.pickling.payload import Pickled
from ray_client_proto.v1 import operation_pb2

#: What a function or class may have, with all that it brings along; Ray refuses it from the same size on.
_MAX_BYTES: Final = 10**8


class ExportedCode:
    """A function or class as the driver has it. Each of these counts: the driver lets go of what none is left of."""

    __slots__ = ("_on_drop", "_specs", "digest")

    def __init__(self, digest: bytes, modules: tuple[ModuleType, ...], on_drop: Callable[[bytes], None]) -> None:
        self.digest = digest
        self._specs = [(module, module.__spec__) for module in modules]
        self._on_drop = on_drop

    @property
    def is_current(self) -> bool:
        """False once a module was loaded again whose contents went along: then there may be newer code."""
        return all(module.__spec__ is spec for module, spec in self._specs)

    def __del__(self) -> None:
        self._on_drop(self.digest)


class Exports:
    """Ships each function or class once, by the digest of its pickle, and takes it back. Safe from any thread."""

    def __init__(self, send: Callable[[operation_pb2.Export, Pickled], None], release: Callable[[bytes], None]) -> None:
        self._send, self._release = send, release
        self._lock = threading.Lock()
        self._counts: Counter[bytes] = Counter()
        # `__del__` may run inside anything, so it takes no lock: `SimpleQueue.put` is reentrant.
        self._dropped: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def ship(self, kind: operation_pb2.Export.Kind, name: str, pickled: Pickled) -> ExportedCode:
        """Give what calls refer to; the driver has the code before any call made from now on.

        Raises:
            ValueError: it is too large, as Ray would find.
        """
        if pickled.size_bytes >= _MAX_BYTES:
            raise ValueError(
                f"{name} is too large to be sent: {pickled.size_bytes:,} bytes with what it brings along, and fewer "
                f"than {_MAX_BYTES:,} are allowed. Does it use a large array, or another large value, of the scope "
                "that it was defined in? put() that value and pass the reference as an argument."
            )
        hasher = hashlib.sha256()
        for part in pickled.parts():
            hasher.update(part)
        digest = hasher.digest()
        # Sent under the lock: another thread must not schedule by this digest before it is on its way.
        with self._lock:
            self._let_go()
            if not self._counts[digest]:
                self._send(operation_pb2.Export(digest=digest, kind=kind, name=name), pickled)
            self._counts[digest] += 1
        return ExportedCode(digest, pickled.modules, self._dropped.put)

    def _let_go(self) -> None:
        """Release what was dropped since the last export; in order with it, so that nothing in use goes."""
        while not self._dropped.empty():
            digest = self._dropped.get()
            self._counts[digest] -= 1
            if not self._counts[digest]:
                del self._counts[digest]
                self._release(digest)
