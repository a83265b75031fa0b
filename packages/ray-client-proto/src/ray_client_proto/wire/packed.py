"""Pieces of a transfer, each compressed on its own, where both sides have `zstandard` (docs/protocol.md, B11)."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from typing import Final

from ray_client_proto.wire.errors import ProtocolError
from ray_client_proto.wire.limits import KIB

CAPABILITY: Final = "zstd"
#: Whether this side can. The library is loaded when it is first needed: most links are fast.
IS_THERE: Final = importlib.util.find_spec("zstandard") is not None
PIECE_BYTES: Final = 256 * KIB  #: a piece has at most so many bytes, also when it is opened
_LEVEL: Final = 1  #: twice as fast as the library's own 3, for nearly the same size


class Packer:
    """Compresses piece by piece. One thread has it."""

    def __init__(self) -> None:
        import zstandard

        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)

    def pack(self, parts: Iterable[memoryview], size_bytes: int) -> bytes:
        """Give a frame that says how large its content is: `parts`, one after the other."""
        frame = self._compressor.compressobj(size=size_bytes)
        return b"".join([*map(frame.compress, parts), frame.flush()])


def unpack(frame: bytes) -> bytes:
    """Give what a frame holds. What it says of its size is looked at before memory is taken.

    Raises:
        ProtocolError: it is no frame, holds nothing or too much, or this side has no `zstandard`.
    """
    if not IS_THERE:
        raise ProtocolError("B11: a compressed chunk, and no zstandard here")
    import zstandard

    try:
        size_bytes = zstandard.frame_content_size(frame)
        if not 0 < size_bytes <= PIECE_BYTES:
            raise ProtocolError(f"B11: a compressed chunk of {size_bytes} bytes; it may have {PIECE_BYTES}")
        return zstandard.ZstdDecompressor().decompress(frame, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise ProtocolError(f"B11: a compressed chunk cannot be opened: {error}") from error
