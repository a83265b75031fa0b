"""A bar on the terminal for an upload that takes a while."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Final, TextIO

from ray_client_proto.v1 import gateway_pb2 as pb

SHOWN_BYTES: Final = 8 << 20  #: smaller packages are there before anybody could read it
_WIDTH: Final = 30
_EVERY_S: Final = 0.1


def with_progress(chunks: Iterator[pb.PackageChunk], file: TextIO | None = None) -> Iterator[pb.PackageChunk]:
    """Yield the chunks of a package; for a large one draw a bar, if `file` (standard error) is a terminal."""
    out = file or sys.stderr
    drawn_s = 0.0
    for chunk in chunks:
        yield chunk  # gRPC asks for the next one when it has sent this one
        done_bytes = chunk.offset_bytes + len(chunk.data)
        if chunk.total_bytes < SHOWN_BYTES or not out.isatty():
            continue
        is_last = done_bytes >= chunk.total_bytes
        if is_last or time.monotonic() - drawn_s >= _EVERY_S:
            drawn_s = time.monotonic()
            out.write(bar(done_bytes, chunk.total_bytes) + ("\n" if is_last else ""))
            out.flush()


def bar(done_bytes: int, total_bytes: int) -> str:
    r"""Give one line, which goes over the one before.

    >>> bar(1 << 20, 2 << 20)
    '\rUploading [###############               ] 1.0 of 2.0 MiB'
    """
    filled = _WIDTH * done_bytes // total_bytes
    text = "#" * filled + " " * (_WIDTH - filled)
    return f"\rUploading [{text}] {done_bytes / 2**20:.1f} of {total_bytes / 2**20:.1f} MiB"
