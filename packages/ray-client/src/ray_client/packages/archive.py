"""Directories and files as zip files whose bytes depend on nothing but what is in them."""

from __future__ import annotations

import errno
import hashlib
import logging
import ntpath
import os
import stat
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, cast

from ray_client.config import env
from ray_client.errors import PackageError, PackageTooLargeError
from ray_client.packages.ignore import Ignored, ignored, ignored_by_files

log = logging.getLogger(__name__)

URI_SCHEME: Final = "package://"
PACKAGE_BYTES: Final = 1 << 30  #: the largest package; a gateway's own default is the same
_LISTED_FILES: Final = 5
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  #: the oldest time that a zip file can hold
_COPY_BYTES: Final = 1 << 20


@dataclass(frozen=True)
class Package:
    """A packed directory: a zip file, and the SHA-256 of its bytes in hex."""

    path: Path
    sha256: str
    #: Name of each module at its place in the package -> its file here.
    modules: Mapping[str, str] = field(default_factory=dict)
    #: What is in it that an old server changes or refuses; completes "the server cannot ...". Empty: nothing.
    special: str = ""

    @property
    def uri(self) -> str:
        return URI_SCHEME + self.sha256


def pack(
    source: Path, target: Path, excludes: Sequence[str] = (), prefix: str = "", limit_bytes: int = PACKAGE_BYTES
) -> Package:
    """Write a directory's files, or one file, to the zip file `target`.

    What `.gitignore` and `.rayignore` files in it name is left out, and what `excludes` does, in the same form.
    Directories with nothing in them are packed too.

    Args:
        source: the directory or file.
        target: must not exist.
        excludes: what more to leave out.
        prefix: the directory inside the zip file, with a final slash; empty for its top.
        limit_bytes: of all files together.

    Raises:
        PackageTooLargeError: the files are larger together; nothing was written.
        PackageError: a file cannot be read, or a pattern makes no sense; what was written is of no use.
    """
    root = source if source.is_dir() else source.parent
    try:
        found = sorted(_entries(root, ignored(excludes, str(source)))) if source.is_dir() else [source.name]
        names = _nameable(source, prefix, found)
        files = [name for name in names if name and not name.endswith("/")]
        sizes = {file: (root / file).stat().st_size for file in files}
        if sum(sizes.values()) > limit_bytes:
            largest = sorted(sizes.items(), key=lambda item: -item[1])[:_LISTED_FILES]
            raise PackageTooLargeError(str(source), sum(sizes.values()), limit_bytes, largest)
        with target.open("xb") as file:
            hashing = _Hashing(file)
            with zipfile.ZipFile(cast(IO[bytes], hashing), "w", zipfile.ZIP_DEFLATED) as archive:
                for name in filter(None, (prefix + name for name in names)):
                    _add(archive, root / name.removeprefix(prefix), name)
    except FileNotFoundError as exc:
        reason = f"{exc.filename!r} went while it was packed"
        raise PackageError(str(source), reason, "try again, or exclude it") from exc
    except OSError as exc:
        reason = f"{exc.strerror} ({exc.filename!r})"
        raise PackageError(str(source), reason, "make it readable, or exclude it") from exc
    modules = {_module_name(prefix + file): os.path.realpath(root / file) for file in files if file.endswith(".py")}
    return Package(target, hashing.digest.hexdigest(), modules, _special(names))


class _Hashing:
    """A file that is hashed as it is written, so that it need not be read again: a zip file goes back where it can."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()
        self.flush = file.flush

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self._file.write(data)


def _nameable(source: Path, prefix: str, names: Iterable[str]) -> list[str]:
    """Give the names that a zip file can hold; of others, and of those that Ray does not unpack, warn."""
    nameable, lost, doubtful = [], [], []
    for name in names:
        try:
            (prefix + name).encode()
        except UnicodeEncodeError:
            lost.append(os.fsencode(name))
            continue
        nameable.append(name)
        # Ray 2.60 (`unzip_package`): on Windows such a name might lead out of the package.
        if "\\" in name or ntpath.splitdrive(prefix + name)[0]:
            doubtful.append(name)
    for few, what in (
        (lost, "names are not in UTF-8, and are left out"),
        (doubtful, "names have a backslash or begin as a drive of Windows does, which newer Rays do not unpack"),
    ):
        if few:
            shown = ", ".join(repr(name) for name in few[:_LISTED_FILES])
            log.warning("%r has %d files whose %s; rename or exclude them: %s", str(source), len(few), what, shown)
    return nameable


def _special(names: Iterable[str]) -> str:
    if backslash := next((name for name in names if "\\" in name), None):
        return f"take a file with a backslash in its name ({backslash!r})"
    return "keep files that .gitignore names" if env.packs_all_of_git() else ""


def _module_name(path: str) -> str:
    """Give the name under which a file is imported from the top of its package.

    >>> _module_name("a/b.py"), _module_name("a/__init__.py")
    ('a.b', 'a')
    """
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def describe(path: Path) -> Package:
    """Give a zip file as it is, as a package."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_COPY_BYTES):
            digest.update(block)
    return Package(path, digest.hexdigest())


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system = 3  # Unix, also where this runs on Windows: else the mode means nothing
    if entry.is_dir():
        entry.external_attr = (stat.S_IFDIR | 0o755) << 16
        archive.writestr(entry, b"")
        return
    with open(path, "rb", opener=_open_at_once) as source:
        found = os.stat(source.fileno())
        if not stat.S_ISREG(found.st_mode):
            # It became something else, such as a pipe.
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = (stat.S_IFREG | (0o755 if found.st_mode & stat.S_IXUSR else 0o644)) << 16
        left = found.st_size  # what is written to it meanwhile may have no end
        with archive.open(entry, "w", force_zip64=True) as target:
            while block := source.read(min(left, _COPY_BYTES)):
                target.write(block)
                left -= len(block)


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # a pipe would wait for somebody to write


def _entries(root: Path, left_out: Ignored) -> Iterator[str]:
    """Yield what to pack, relative to the root, with forward slashes: files, and with a final one empty directories.

    The root itself is "". Links are followed, but not in circles.
    """
    ignore_files = (".rayignore",) if env.packs_all_of_git() else (".gitignore", ".rayignore")
    waiting: list[tuple[str, Ignored, frozenset[str]]] = [("", left_out, frozenset())]
    while waiting:
        base, above, parents = waiting.pop()
        real = os.path.realpath(root / base)
        here = ignored_by_files(root / base, ignore_files, base, above)
        if real in parents or here.has(base[:-1]):
            continue
        is_empty = True
        with os.scandir(root / base) as entries:
            for entry in entries:
                is_empty, path = False, base + entry.name
                if here.has(path):
                    continue
                if entry.is_dir():
                    waiting.append((path + "/", here, parents | {real}))
                elif entry.is_file():  # neither a socket nor a pipe
                    yield path
        if is_empty:
            yield base
