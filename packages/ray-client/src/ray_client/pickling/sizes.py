"""How much goes along by itself: modules of the user's own, which nobody asked to be sent."""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from typing import Final

log = logging.getLogger(__name__)

#: What all modules of one pickle may have together. Ray refuses functions of 100 MB; data has better ways.
MAX_MODULES_BYTES: Final = 64 << 20
#: From here on it is said what is big.
LARGE_BYTES: Final = 1 << 20

_told: set[str] = set()


class TooLargeError(Exception):
    """Modules that go along have more than they may; `names` are the globals to leave out, with their sizes."""

    def __init__(self, names: dict[str, int]) -> None:
        super().__init__(names)
        self.names = names


class Sizes:
    """Counts what is written for each global of the modules that go along."""

    def __init__(self) -> None:
        self._name = ""  # of the global that is being written; the value itself at first
        self._sizes: dict[str, int] = {}

    def begin(self, name: str) -> None:
        """Take note that a global begins."""
        self._name = name

    def add(self, size_bytes: int) -> None:
        """Take note of bytes that were written.

        Raises:
            TooLargeError: modules have more than they may.
        """
        self._sizes[self._name] = self._sizes.get(self._name, 0) + size_bytes
        own = {name: size for name, size in self._sizes.items() if name}
        if size_bytes and sum(own.values()) > MAX_MODULES_BYTES:
            raise TooLargeError(_largest(own, MAX_MODULES_BYTES // 2))

    def tell(self, left_out: Mapping[str, int]) -> None:
        """Log what is big, and what was too big to go along."""
        for name, size in left_out.items():
            tell_large(name, size, f"it does not go along with its module; all modules may have {LIMIT}")
        for name, size in self._sizes.items():
            if name and size >= LARGE_BYTES:
                tell_large(name, size, "it goes along with its module whenever that is sent")


def tell_large(name: str, size_bytes: int, what: str) -> None:
    """Log that something is big, once for each name."""
    if name not in _told:
        _told.add(name)
        advice = "put() it once and pass the reference, or have its module on the cluster by py_modules in runtime_env"
        log.warning("%s has %s: %s; %s", name, mebibytes(size_bytes), what, advice)


def mebibytes(size_bytes: int) -> str:
    """Give a size for people.

    >>> mebibytes(3 << 19)
    '1.5 MiB'
    """
    return f"{size_bytes / (1 << 20):.1f} MiB"


def _largest(sizes: dict[str, int], rest_bytes: int) -> dict[str, int]:
    """Give the largest of some, as many as leave less than `rest_bytes`."""
    chosen: dict[str, int] = {}
    left = sum(sizes.values())
    for name, size in sorted(sizes.items(), key=lambda item: -item[1]):
        if left <= rest_bytes:
            break
        chosen[name] = size
        left -= size
    return chosen


#: For people.
LIMIT: Final = mebibytes(MAX_MODULES_BYTES)


class CountedFile(io.BytesIO):
    """What a pickler writes to, with each part counted: all but the last comes in pieces of 64 KiB and more."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self._sizes = sizes

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        self._sizes.add(len(data))
        return super().write(data)
