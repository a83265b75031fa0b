"""How much work one run of a case is."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000
MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Sizes:
    """The counts and sizes of all cases, which their rows in the table name."""

    small: int = 200
    batch: int = 500
    awaits: int = 1000
    chain: int = 50
    puts: int = 50
    calls: int = 200
    gets: int = 200
    waits: int = 50
    pieces: int = 200
    piece_bytes: int = MEBIBYTE
    big_bytes: int = 100 * MEGABYTE
    text_bytes: int = 20 * MEGABYTE
    batches_bytes: int = 512 * MEBIBYTE
    huge_bytes: int = 1 << 30
    large_bytes: int = 4 << 30
    idle_calls: int = 500
    resets: int = 9
    sessions: int = 50
    references: int = 100_000


FULL = Sizes()
QUICK = Sizes(
    small=30,
    batch=100,
    awaits=200,
    pieces=20,
    big_bytes=20 * MEGABYTE,
    text_bytes=5 * MEGABYTE,
    batches_bytes=64 * MEBIBYTE,
    huge_bytes=100 * MEBIBYTE,
    large_bytes=200 * MEBIBYTE,
    idle_calls=100,
    resets=3,
    sessions=5,
    references=5_000,
)

LONG = Sizes(sessions=200, references=1_000_000)

#: By the name that processes are told.
SIZES = {"full": FULL, "quick": QUICK, "long": LONG}
