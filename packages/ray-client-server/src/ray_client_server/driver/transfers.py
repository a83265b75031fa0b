"""Transfers of the bulk lanes: uploads on their way in, downloads until the client has them (rules B1 to B6)."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import chunk
from ray_client_proto.wire.errors import ProtocolError
from ray_client_proto.wire.limits import GIB
from ray_client_proto.wire.memory import SpareMemory
from ray_client_server.config import Limits
from ray_client_server.driver.errors import refused

log = logging.getLogger(__name__)

_REMEMBERED: Final = 100  #: uploads that were used
_OPEN: Final = 1024  #: uploads that were begun, and not used
_OPEN_BYTES: Final = 64 * GIB  #: and all that they announced together, unless one alone may have more
_KEPT: Final = 100_000  #: downloads that wait for the client
_KEPT_BYTES: Final = 64 * GIB  #: and all of them together, unless one alone may have more
_STALE_S: Final = 600.0  #: an upload that gets no byte and is not used for so long, with its client there, is let go


class Uploads:
    """Uploads that no operation has used yet. Safe from any thread."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._assemblies: dict[int, chunk.Assembly] = {}
        self._idle: dict[int, tuple[int, float]] = {}  #: transfer -> bytes that had come, and for how long no more did
        #: Those that were used last. What a lane that was cut still brings of one must not begin it anew.
        self._used: deque[int] = deque(maxlen=_REMEMBERED)
        self._memory = SpareMemory()
        #: Call now and then: gives memory back to the system that no transfer needed since.
        self.drop_idle_memory = self._memory.drop_if_idle

    def assembly(self, transfer_id: int, total_bytes: int) -> chunk.Assembly:
        """Give what puts a transfer together; the first chunk makes one.

        Raises:
            ProtocolError: there can be no such transfer (B2).
            OperationError: the transfer is too large (B3).
        """
        with self._lock:
            assembly = self._assemblies.get(transfer_id)
            if assembly is not None:
                return assembly
            if transfer_id == 0 or transfer_id in self._used:
                raise ProtocolError(f"B2: there can be no chunk of transfer {transfer_id}")
            if total_bytes > self._limits.transfer_bytes:
                raise self._too_large(total_bytes)
            self._refuse_if_full(total_bytes)
            try:
                assembly = chunk.Assembly(transfer_id, total_bytes, self._limits.transfer_bytes, self._memory.allocate)
            except (MemoryError, OverflowError):
                raise self._too_large(total_bytes) from None
            return self._assemblies.setdefault(transfer_id, assembly)

    def _refuse_if_full(self, total_bytes: int) -> None:
        most_bytes = max(_OPEN_BYTES, self._limits.transfer_bytes)
        open_bytes = sum(assembly.total_bytes for assembly in self._assemblies.values())
        if len(self._assemblies) >= _OPEN:
            what, limit, value = f"{_OPEN} uploads are open", "open_transfers", _OPEN
        elif open_bytes + total_bytes > most_bytes:
            what, limit, value = f"{open_bytes} bytes of uploads are open", "open_transfer_bytes", most_bytes
        else:
            return
        text = f"B3: no upload of {total_bytes} bytes can begin, since {what}; let some be used first"
        raise refused(Failure.LIMIT_EXCEEDED, text, limit=limit, value=str(value))

    def drop_stale(self, passed_s: float) -> None:
        """Take note that so much time has passed with the client there, and let go of what nobody goes on with."""
        with self._lock:
            idle = {}
            for transfer_id, assembly in list(self._assemblies.items()):
                came_bytes, idle_s = self._idle.get(transfer_id, (-1, 0.0))
                idle_s = idle_s + passed_s if came_bytes == assembly.received_bytes else 0.0
                if idle_s >= _STALE_S:
                    log.warning("upload.stale transfer=%d bytes=%d", transfer_id, assembly.received_bytes)
                    del self._assemblies[transfer_id]
                else:
                    idle[transfer_id] = assembly.received_bytes, idle_s
            self._idle = idle

    def _too_large(self, size_bytes: int) -> Exception:
        flag = Limits.flag("transfer_bytes")
        return refused(
            Failure.LIMIT_EXCEEDED,
            f"B3: a transfer of {size_bytes} bytes is more than the server takes; raise {flag}, or send it in parts",
            limit="transfer_bytes",
            value=str(self._limits.transfer_bytes),
            flag=flag,
        )

    def received_bytes(self, transfer_id: int) -> int:
        """Give how far an upload has come; 0 for one that nothing is known of (B5)."""
        assembly = self._assemblies.get(transfer_id)
        return 0 if assembly is None else assembly.received_bytes

    def take(self, transfer_id: int, sizes_bytes: Iterable[int]) -> list[memoryview]:
        """Give the buffers of a finished upload, and forget it: they live as long as somebody has them.

        Raises:
            OperationError: there is no such upload, or it is not finished.
        """
        with self._lock:
            assembly = self._assemblies.get(transfer_id)
            if assembly is None:
                raise refused(Failure.PROTOCOL_VIOLATION, f"V2: nothing was uploaded as transfer {transfer_id}")
            try:
                views = assembly.slices(sizes_bytes)
            except ProtocolError as error:
                raise refused(Failure.PROTOCOL_VIOLATION, str(error)) from error
            del self._assemblies[transfer_id]
            self._used.append(transfer_id)
            return views

    def discard(self, transfer_id: int) -> None:
        """Forget an upload that is not wanted any more."""
        with self._lock:
            self._assemblies.pop(transfer_id, None)

    def clear(self) -> None:
        """Forget all of them (B6)."""
        with self._lock:
            self._assemblies.clear()


class Downloads:
    """Values too large for a frame, kept until the client releases them. Safe from any thread."""

    def __init__(self, limits: Limits) -> None:
        self._most_bytes = max(_KEPT_BYTES, limits.transfer_bytes)
        self._lock = threading.Lock()
        self._next_id = itertools.count(1).__next__
        self._views: dict[int, list[memoryview]] = {}
        self._bytes = 0

    def keep(self, views: list[memoryview]) -> int:
        """Keep the parts of a value; give the id of their transfer.

        Raises:
            OperationError: the client has asked for very much that it has not fetched.
        """
        size_bytes = sum(view.nbytes for view in views)
        with self._lock:
            if len(self._views) >= _KEPT:
                raise self._too_much("downloads", len(self._views), _KEPT)
            if self._bytes + size_bytes > self._most_bytes:
                raise self._too_much("download_bytes", self._bytes, self._most_bytes)
            transfer_id = self._next_id()
            self._views[transfer_id] = views
            self._bytes += size_bytes
        return transfer_id

    def _too_much(self, limit: str, count: int, most: int) -> Exception:
        text = f"B3: {count} {limit.replace('_', ' ')} wait for the client, and {most} may; fetch some first"
        return refused(Failure.LIMIT_EXCEEDED, text, limit=limit, value=str(most))

    def views(self, transfer_id: int, from_offset_bytes: int) -> list[memoryview]:
        """Give the parts of a download that is to be sent from an offset on.

        Raises:
            OperationError: there is no such download, or it has no such offset.
        """
        views = self._views.get(transfer_id)
        if views is None:
            raise refused(
                Failure.UNKNOWN_OBJECT, f"there is no download {transfer_id}: it was released, or never announced"
            )
        total_bytes = sum(view.nbytes for view in views)
        if from_offset_bytes > total_bytes:
            raise refused(
                Failure.PROTOCOL_VIOLATION,
                f"B5: download {transfer_id} has {total_bytes} bytes, {from_offset_bytes} is past its end",
            )
        return views

    def release(self, transfer_id: int) -> None:
        """Let go of a download; one that is not there any more is passed over."""
        with self._lock:
            self._bytes -= sum(view.nbytes for view in self._views.pop(transfer_id, ()))

    def clear(self) -> None:
        """Let go of all of them (B6)."""
        with self._lock:
            self._views.clear()
            self._bytes = 0


@contextmanager
def violations() -> Iterator[None]:
    """Turn what `wire` says of the peer's mistakes into a failure for the peer."""
    try:
        yield
    except ProtocolError as error:
        raise refused(Failure.PROTOCOL_VIOLATION, str(error)) from error
