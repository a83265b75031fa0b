"""A pickled value in memory, before it is known how it travels."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

#: Buffers from this size on travel out of band (docs/protocol.md, rule V1).
OUT_OF_BAND_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Pickled:
    """A pickle stream and the buffers that it takes, which are views of the user's own memory."""

    stream: bytes
    buffers: list[memoryview]
    #: The user's own modules whose contents went along.
    modules: tuple[ModuleType, ...] = ()

    @property
    def size_bytes(self) -> int:
        return len(self.stream) + sum(buffer.nbytes for buffer in self.buffers)

    def parts(self) -> list[memoryview]:
        """Give everything in the order of a transfer: the stream, then the buffers (rule B1)."""
        return [memoryview(self.stream), *self.buffers]
