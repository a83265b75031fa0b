"""A pickled value in memory, before it is known how it travels."""

from __future__ import annotations

from dataclasses import dataclass
from pickle import PickleBuffer
from types import ModuleType
from typing import Any

from ray_client_proto.wire import tokens

#: Buffers from this size on travel out of band (docs/protocol.md, rule V1).
OUT_OF_BAND_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Pickled:
    """A pickle stream and the buffers that it takes, which are views of the user's own memory."""

    stream: bytes
    buffers: list[memoryview]
    #: The user's own modules whose contents went along.
    modules: tuple[ModuleType, ...] = ()
    #: Whether nobody needs to open it before its user does (rule V5).
    may_stay_closed: bool = False

    @property
    def size_bytes(self) -> int:
        return len(self.stream) + sum(buffer.nbytes for buffer in self.buffers)

    def parts(self) -> list[memoryview]:
        """Give everything in the order of a transfer: the stream, then the buffers (rule B1)."""
        return [memoryview(self.stream), *self.buffers]


@dataclass(frozen=True, slots=True)
class Apart:
    """Stands inside a pickle for a value that was pickled apart."""

    pickled: Pickled

    def __reduce__(self) -> tuple[Any, ...]:
        token = tokens.unopened if self.pickled.may_stay_closed else tokens.apart
        return token, (PickleBuffer(self.pickled.stream), [PickleBuffer(buffer) for buffer in self.pickled.buffers])
