"""Directories that go from a client to its driver and back: bounded parts of files, as calls of functions here (X9).

A directory of the client's is known to be there already if its fingerprint is; what is sent lies below the session's
own directory, which the gateway removes when the session ends, however it does.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final

from ray_client_proto import library

_PART_BYTES: Final = 4 * 1024 * 1024  #: of files in one message, about
_AHEAD: Final = 2  #: messages that are sent before the first is answered

#: A part of a directory: a name inside it, which ends in `/` if it is a directory, where in that file, and the bytes.
Part = tuple[str, int, bytes]

place: str | None = None  #: for what a client sends, in its driver; whoever sets it removes it in the end


def read(directory: str) -> Iterator[Part]:
    """Give what a directory has, links followed, at most `_PART_BYTES` in one part.

    Raises:
        OSError: it cannot be read.
    """
    for top, names in _walk(directory):
        relative = PurePosixPath(Path(top).relative_to(directory))
        yield f"{relative}/", 0, b""
        for name in names:
            with open(os.path.join(top, name), "rb") as file:
                offset = 0
                while (part := file.read(_PART_BYTES)) or not offset:
                    yield str(relative / name), offset, part
                    offset += len(part)
                    if len(part) < _PART_BYTES:
                        break


def write(directory: str, parts: list[Part]) -> None:
    """Take parts of a directory; that of a file's beginning makes the file.

    Raises:
        ValueError: a name leads out of the directory.
        OSError: it cannot be written.
    """
    for name, offset, part in parts:
        inside = PurePosixPath(name)
        if inside.is_absolute() or ".." in inside.parts:
            raise ValueError(f"{name!r} is not inside of a directory")
        path = Path(directory, *inside.parts)
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        with open(path, "r+b" if offset else "wb") as file:
            file.seek(offset)
            file.write(part)


def fingerprint(directory: str) -> str:
    """Give what two directories share that have the same files: names, sizes and times."""
    found = hashlib.sha256()
    for top, names in _walk(directory):
        for name in names:
            facts = os.stat(os.path.join(top, name))
            found.update(f"{os.path.relpath(top, directory)}/{name}\0{facts.st_size}\0{facts.st_mtime_ns}\0".encode())
    return found.hexdigest()


def _walk(directory: str) -> Iterator[tuple[str, list[str]]]:
    """Give each directory below one, and the names of its files, in order; one that leads to itself only once."""
    seen: set[str] = set()

    def fail(error: OSError) -> None:
        raise error

    for top, inner, names in os.walk(directory, onerror=fail, followlinks=True):
        real = os.path.realpath(top)
        if real in seen:
            inner.clear()
            continue
        seen.add(real)
        inner.sort()
        yield top, sorted(name for name in names if os.path.isfile(os.path.join(top, name)))


# In the driver.


def prepare(directory: str, print_there: str) -> str:
    """Give a new directory for the client's, or the one that is here already."""
    with contextlib.suppress(OSError):
        if os.path.isdir(directory) and fingerprint(directory) == print_there:
            return directory
    if place is not None:
        os.makedirs(place, mode=0o700, exist_ok=True)
    return tempfile.mkdtemp(prefix="ray-client-", dir=place)


def read_checkpoint(checkpoint: Any) -> Iterator[Part]:
    """Give what a checkpoint has, wherever it is stored."""
    with checkpoint.as_directory() as directory:
        yield from read(str(directory))


# In the client.


def send(session: library.Session, directory: str) -> str:
    """Bring a directory to the driver; give where it is there.

    Raises:
        OSError: it cannot be read here, or not written there.
        BaseException: as `library.call`.
    """
    directory = os.path.abspath(directory)
    there = str(library.call(session, prepare, directory, fingerprint(directory)))
    if there == directory:
        return there
    under_way: deque[library.Call] = deque()
    for parts in _gathered(read(directory)):
        under_way.append(library.Call(session, write, (there, parts), {}))
        if len(under_way) > _AHEAD:
            under_way.popleft().result()
    while under_way:
        under_way.popleft().result()
    return there


def _gathered(parts: Iterator[Part]) -> Iterator[list[Part]]:
    """Put small parts together."""
    gathered: list[Part] = []
    size_bytes = 0
    for part in parts:
        gathered.append(part)
        size_bytes += len(part[0]) + len(part[2])
        if size_bytes >= _PART_BYTES:
            yield gathered
            gathered, size_bytes = [], 0
    if gathered:
        yield gathered
