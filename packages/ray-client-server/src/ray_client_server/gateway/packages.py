"""Packages that clients uploaded: zip files named by the SHA-256 of their bytes, and laid out once for all sessions."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import os
import re
import shutil
import stat
import threading
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final

from ray_client_proto.v1.gateway_pb2 import PackageChunk, PackageStatus
from ray_client_server.config import Limits
from ray_client_server.errors import BrokenRuleError, DiskFullError, InvalidRequestError, LimitExceededError
from ray_client_server.observability.logs import EventLog

log = EventLog("packages")

_SHA256 = re.compile("[0-9a-f]{64}")
_COPY_BYTES = 1 << 20

ENTRIES: Final = 100_000  #: files and directories of a package, with those that only their names imply
CATALOG_BYTES: Final = 16 << 20  #: what a zip file says of its entries, which is read as a whole
SLOWEST_BYTES_S: Final = 64 << 10  #: an upload that is slower has to be begun again, where it was
_BLOCK_BYTES: Final = 4096  #: what the smallest file takes of a disk, and a directory

#: How a system says that the disk has no room, or the user no more of it.
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def check_hash(sha256: str) -> str:
    """Give back a well-formed hash; nothing else may become a file's name.

    Raises:
        InvalidRequestError: it is not 64 hex digits in lower case.
    """
    if not _SHA256.fullmatch(sha256):
        raise InvalidRequestError(f"{sha256[:80]!r} is not the SHA-256 of a package in hex")
    return sha256


class Upload:
    """One upload of a package, with a file of its own: what another one sends is nothing to it. One task owns it."""

    def __init__(self, sha256: str, total_bytes: int, part: Path, who: str) -> None:
        """`part` is where its bytes go, and may have some that an upload before it left; `who` is whose it is."""
        self.sha256, self.total_bytes, self.part, self.who = sha256, total_bytes, part, who
        self.received_bytes = part.stat().st_size if part.exists() else 0
        self.has_others_bytes = self.received_bytes > 0

    def append(self, chunk: PackageChunk) -> None:
        """Write a chunk that follows what is here; one before it is passed over.

        Raises:
            BrokenRuleError: it leaves a gap, or goes past the end.
            DiskFullError: there is no room for it; what came is gone.
        """
        end = chunk.offset_bytes + len(chunk.data)
        if chunk.offset_bytes > self.received_bytes or end > self.total_bytes:
            raise BrokenRuleError(
                f"a chunk from {chunk.offset_bytes} to {end} of {self.total_bytes} bytes, "
                f"and {self.received_bytes} are here"
            )
        if end > self.received_bytes:
            with _none_left(self.part), open(self.part, "ab") as file:
                file.write(chunk.data[self.received_bytes - chunk.offset_bytes :])
            self.received_bytes = end


class PackageStore:
    """Packages under one directory. Everything here blocks on the disk, so it runs in threads.

    `<hash>` is a whole and verified package, laid out; `<hash>.part` is what an upload left that was cut;
    `<hash>.N.part` and `<hash>.N.tmp` are of an upload that goes on. Room is reserved for an upload when it says how
    large it is, and for what is in it before that is laid out.
    """

    def __init__(self, directory: Path, limits: Limits) -> None:
        self._directory = directory
        self._limits = limits
        self._numbers = itertools.count()
        # Under the lock: what is reserved for uploads that go on, and the sizes of all else here.
        self._room = threading.Lock()
        self._reserved: dict[Upload, int] = {}
        self._sizes: dict[str, int] = {}
        directory.mkdir(mode=0o700, exist_ok=True)

    @property
    def path(self) -> Path:
        """The directory of all of them."""
        return self._directory

    def directory(self, sha256: str) -> Path:
        """Give where the package is laid out.

        Raises:
            InvalidRequestError: it was never uploaded whole.
        """
        path = self._directory / check_hash(sha256)
        if not path.is_dir():
            raise InvalidRequestError(f"package {sha256} is not here; upload it first")
        os.utime(path)  # the last use, for `make_room`
        return path

    def status(self, sha256: str) -> PackageStatus:
        """Tell how much of a package is here.

        Raises:
            InvalidRequestError: this is no hash.
        """
        if (self._directory / check_hash(sha256)).is_dir():
            return PackageStatus(sha256=sha256, is_complete=True)
        with contextlib.suppress(FileNotFoundError):  # which an upload may take at any time
            return PackageStatus(sha256=sha256, received_bytes=self._left(sha256).stat().st_size)
        return PackageStatus(sha256=sha256)

    def begin(self, chunk: PackageChunk, in_use: Iterable[str], who: str = "") -> Upload:
        """Make ready for the upload that begins with `chunk`, and goes on where one was cut; `finish` it in the end.

        Args:
            chunk: the first.
            in_use: hashes of packages that stay.
            who: whose upload it is; one has no more than half of the room for what is on its way.

        Raises:
            InvalidRequestError: this is no hash.
            LimitExceededError: it is too large, or there are too many.
        """
        sha256 = check_hash(chunk.sha256)
        if chunk.total_bytes > self._limits.package_bytes:
            raise LimitExceededError("package_bytes", self._limits.package_bytes, f"{chunk.total_bytes} bytes")
        with self._room:
            if len(self._reserved) >= self._limits.uploads:
                raise LimitExceededError("uploads", self._limits.uploads, "uploads that go on")
            of_who = sum(size for upload, size in self._reserved.items() if upload.who == who)
            if of_who and of_who + chunk.total_bytes > self._limits.packages_bytes // 2:
                raise LimitExceededError("packages_bytes", self._limits.packages_bytes, "uploads of one client")
            self._make_room(chunk.total_bytes, {*in_use, sha256})
            part = self._directory / f"{sha256}.{next(self._numbers)}.part"
            if chunk.offset_bytes:
                with contextlib.suppress(FileNotFoundError):
                    os.rename(self._left(sha256), part)
            upload = Upload(sha256, chunk.total_bytes, part, who)
            self._reserved[upload] = chunk.total_bytes
        return upload

    def finish(self, upload: Upload) -> None:
        """Let an upload go; what came of one that was cut stays, for whoever goes on with it."""
        left = self._left(upload.sha256)
        with self._room, contextlib.suppress(FileNotFoundError):
            self._reserved.pop(upload, None)
            if not left.exists() or left.stat().st_size <= upload.part.stat().st_size:
                os.replace(upload.part, left)
            else:
                upload.part.unlink()

    def complete(self, upload: Upload, in_use: Iterable[str]) -> PackageStatus:
        """Verify an upload and lay it out; while bytes are missing, say how many are here.

        Where the bytes are wrong that somebody else has sent, none are here any more.

        Raises:
            InvalidRequestError: the bytes have another hash, or are no zip file that can be laid out; they are gone.
            LimitExceededError: it is too large when unpacked, or has too many entries; it is gone.
            DiskFullError: there is no room for it; it is gone.
        """
        if upload.received_bytes < upload.total_bytes:
            return PackageStatus(sha256=upload.sha256, received_bytes=upload.received_bytes)
        try:
            if (found := _hash(upload.part)) != upload.sha256:
                if upload.has_others_bytes:
                    return PackageStatus(sha256=upload.sha256)
                raise InvalidRequestError(f"the package has the hash {found}, not {upload.sha256}; upload it again")
            self._unpack(upload, in_use)
            self._left(upload.sha256).unlink(missing_ok=True)
        finally:
            upload.part.unlink(missing_ok=True)
        return self.status(upload.sha256)

    def make_room(self, size_bytes: int, in_use: Iterable[str]) -> None:
        """Remove the packages used longest ago until `size_bytes` fit; those in use stay.

        Raises:
            LimitExceededError: not even then.
        """
        with self._room:
            self._make_room(size_bytes, set(in_use))

    def _make_room(self, size_bytes: int, in_use: set[str]) -> None:
        kept = in_use | {upload.sha256 for upload in self._reserved}
        there = [path for path in self._directory.iterdir() if not _is_under_way(path)]
        sizes = {path: self._size(path) for path in there}
        free = self._limits.packages_bytes - sum(self._reserved.values()) - sum(sizes.values())
        for path in sorted(there, key=_last_use):
            if free >= size_bytes:
                return
            if path.name.partition(".")[0] not in kept:
                free += sizes[path]
                self._sizes.pop(path.name, None)
                _remove(path)
                log.info("package.removed", sha256=path.name)
        if free < size_bytes:
            raise LimitExceededError("packages_bytes", self._limits.packages_bytes, "all packages are in use")

    def _size(self, path: Path) -> int:
        """Give what a package takes of the disk; that of one laid out is counted once, as nothing changes in it."""
        if not path.is_dir():
            return _size(path)
        if path.name not in self._sizes:
            self._sizes[path.name] = _size(path)
        return self._sizes[path.name]

    def _left(self, sha256: str) -> Path:
        return self._directory / f"{sha256}.part"

    def _unpack(self, upload: Upload, in_use: Iterable[str]) -> None:
        """Lay out a zip file beside its place, and then put it there at once."""
        target, beside = self._directory / upload.sha256, upload.part.with_suffix(".tmp")
        try:
            with _none_left(upload.part), open(upload.part, "rb") as file:
                _check_catalog(file)
                with zipfile.ZipFile(file) as package:
                    unpacked = _check_entries(package.infolist(), self._limits.package_bytes)
                    with self._room:
                        self._make_room(unpacked, {*in_use, upload.sha256})
                        self._reserved[upload] += unpacked
                    beside.mkdir(mode=0o700)
                    for entry in package.infolist():
                        _extract(package, entry, beside)
            with self._room:
                if not target.is_dir():  # another upload may have been first
                    os.replace(beside, target)
        except (
            zipfile.BadZipFile,
            NotImplementedError,
            RuntimeError,
            EOFError,
            OSError,
            ValueError,
            zlib.error,
        ) as error:
            raise InvalidRequestError(f"package {upload.sha256} cannot be unpacked: {error}") from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)


@contextlib.contextmanager
def _none_left(part: Path) -> Iterator[None]:
    """Where the block finds the disk full, say so, and leave nothing of the upload.

    Raises:
        DiskFullError: it is.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        part.unlink(missing_ok=True)
        raise DiskFullError(f"the gateway has no room for the package: {error.strerror}") from error


def _check_catalog(file: IO[bytes]) -> None:
    """See to it that what a zip file says of its entries is not too much to be read.

    Raises:
        InvalidRequestError: it is.
    """
    # As the module itself finds it: whoever read it in another way might be told another size.
    found = zipfile._EndRecData(file)  # type: ignore[attr-defined]
    if found is not None and found[zipfile._ECD_SIZE] > CATALOG_BYTES:  # type: ignore[attr-defined]
        raise InvalidRequestError(f"the package's catalog is larger than {CATALOG_BYTES} bytes; pack fewer files")


def _check_entries(entries: list[zipfile.ZipInfo], limit_bytes: int) -> int:
    """Give what the entries will take of a disk.

    Raises:
        InvalidRequestError: there are too many.
        LimitExceededError: they are too large.
    """
    paths: set[PurePosixPath] = set()
    for entry in entries:
        path = PurePosixPath(entry.filename)
        while path not in paths and path.name:
            paths.add(path)
            path = path.parent
        if len(paths) > ENTRIES or len(entries) > ENTRIES:
            raise InvalidRequestError(f"the package has more than {ENTRIES} files and directories; pack fewer files")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limit_bytes:
        raise LimitExceededError("package_bytes", limit_bytes, f"{unpacked} bytes unpacked")
    return sum(_on_disk(entry.file_size) for entry in entries) + len(paths) * _BLOCK_BYTES


def _on_disk(size_bytes: int) -> int:
    return -(-size_bytes // _BLOCK_BYTES) * _BLOCK_BYTES


def _is_under_way(path: Path) -> bool:
    """Tell whether it is of an upload that goes on: what that takes is reserved."""
    return path.name.count(".") == 2


def _extract(package: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """Write one entry below `target`; no name and no link leads out of it."""
    parts = entry.filename.split("/")
    is_foreign = os.sep != "/" and os.sep in entry.filename
    if entry.filename.startswith("/") or is_foreign or ".." in parts or "\0" in entry.filename:
        raise InvalidRequestError(f"the package has an entry {entry.filename!r}, which leads out of it")
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise InvalidRequestError(f"the package's entry {entry.filename!r} is neither a file nor a directory")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others take as much memory as they say
        raise InvalidRequestError(f"the package's entry {entry.filename!r} is packed in another way than deflate")
    path = target / entry.filename
    if entry.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with package.open(entry) as source, open(path, "xb") as file:
        while block := source.read(_COPY_BYTES):
            written += len(block)
            if written > entry.file_size:
                raise InvalidRequestError(f"the package's entry {entry.filename!r} is larger than it says")
            file.write(block)
    path.chmod(0o755 if mode & 0o100 else 0o644)


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(_COPY_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _size(path: Path) -> int:
    """Give what a file takes of the disk, or a directory with all in it; what goes away meanwhile takes nothing."""
    size_bytes = 0
    for file in path.rglob("*") if path.is_dir() else (path,):
        with contextlib.suppress(FileNotFoundError):
            found = file.lstat()
            size_bytes += max(found.st_size, found.st_blocks * 512)
    return size_bytes


def _last_use(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
