"""Memory for values on their way in."""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import threading
from collections.abc import Iterable, Sequence

from ray_client_proto.wire.limits import MIB

_SPARE_BYTES = 128 * MIB
_MAPPED_BYTES = 4 * MIB  #: from here on memory is asked of the system itself, which gives it as it is written

#: Where the buffers of a value begin: at multiples of this, as in Ray's object store, since vector instructions and
#: libraries that use them want it.
ALIGNMENT_BYTES = 64


def aligned_memory(size_bytes: int) -> memoryview:
    """Give memory that nobody has used, and that begins at a multiple of `ALIGNMENT_BYTES`."""
    if size_bytes >= _MAPPED_BYTES:
        return fresh_memory(size_bytes)  # which begins with a page
    block = bytearray(size_bytes + ALIGNMENT_BYTES)
    start = -ctypes.addressof(ctypes.c_char.from_buffer(block)) % ALIGNMENT_BYTES
    return memoryview(block)[start : start + size_bytes]


def aligned_places(sizes_bytes: Iterable[int]) -> list[int]:
    """Give where each of these begins when one follows the other, all aligned; and last, where all of them end."""
    places = [0]
    for size in sizes_bytes:
        places.append(-(-(places[-1] + size) // ALIGNMENT_BYTES) * ALIGNMENT_BYTES)
    return places


def align(buffers: Sequence[bytes]) -> list[memoryview]:
    """Give copies of buffers, read-only and aligned."""
    if not buffers:
        return []
    places = aligned_places(map(len, buffers))
    block = aligned_memory(places[-1])
    for buffer, place in zip(buffers, places, strict=False):
        block[place : place + len(buffer)] = buffer
    whole = block.toreadonly()
    return [whole[place : place + len(buffer)] for buffer, place in zip(buffers, places, strict=False)]


def fresh_memory(size_bytes: int) -> memoryview:
    """Give memory that nobody has used. Much of it takes no room before it is written.

    Raises:
        MemoryError: the system has not so much.
    """
    return memoryview(_new_block(size_bytes))


def _new_block(size_bytes: int) -> bytearray | mmap.mmap:
    if size_bytes < _MAPPED_BYTES or not hasattr(mmap, "MAP_PRIVATE"):  # Windows
        return bytearray(size_bytes)
    try:
        block = mmap.mmap(-1, size_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError as error:
        raise MemoryError(f"the system gives no {size_bytes} bytes: {error}") from error
    if hasattr(mmap, "MADV_HUGEPAGE"):  # it takes the system several times as long to give small pages
        with contextlib.suppress(OSError):
            block.madvise(mmap.MADV_HUGEPAGE)
    return block


class SpareMemory:
    """Gives memory for transfers; the last block again, once nobody has a view of it any more.

    The system hands out fresh memory page by page as it is first touched, which costs as much as
    everything else in a transfer. Safe from any thread.
    """

    def __init__(self, limit_bytes: int = _SPARE_BYTES) -> None:
        """Prepare to keep one block of at most `limit_bytes`."""
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._block: bytearray | mmap.mmap = bytearray()
        self._has_been_used = False

    def allocate(self, size_bytes: int) -> memoryview:
        """Give memory of this size; what it holds is left over from before."""
        with self._lock:
            self._has_been_used = True
            if len(self._block) >= size_bytes > 0 and _is_free(self._block):
                return memoryview(self._block)[:size_bytes]
            block = _new_block(size_bytes)
            if size_bytes <= self._limit_bytes:
                self._block = block
            return memoryview(block)

    def drop_if_idle(self) -> None:
        """Let go of the block if it was not asked for since the last call."""
        with self._lock:
            if not self._has_been_used:
                self._block = bytearray()
            self._has_been_used = False


def _is_free(block: bytearray | mmap.mmap) -> bool:
    """Tell whether nobody has a view: Python lets nobody resize a block that has one."""
    try:
        if isinstance(block, bytearray):
            block.pop()
            block.append(0)  # neither of the two moves the block: it has the room already
        else:
            block.resize(len(block))
    except (BufferError, SystemError):  # the second: this system resizes nothing
        return False
    return True
