"""Packages that clients uploaded: zip files named by the SHA-256 of their bytes, and laid out once for all sessions."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import stat
import threading
import zipfile
from collections.abc import Iterable
from pathlib import Path

from ray_client_proto.v1.gateway_pb2 import PackageChunk, PackageStatus
from ray_client_server.config import Limits
from ray_client_server.errors import BrokenRuleError, InvalidRequestError, LimitExceededError
from ray_client_server.observability.logs import EventLog

log = EventLog("packages")

_SHA256 = re.compile("[0-9a-f]{64}")
_COPY_BYTES = 1 << 20


def check_hash(sha256: str) -> str:
    """Give back a well-formed hash; nothing else may become a file's name.

    Raises:
        InvalidRequestError: it is not 64 hex digits in lower case.
    """
    if not _SHA256.fullmatch(sha256):
        raise InvalidRequestError(f"{sha256[:80]!r} is not the SHA-256 of a package in hex")
    return sha256


class PackageStore:
    """Packages under one directory.

    Invariant: `<hash>` is a whole and verified package, laid out; `<hash>.part` is one on its way. The uploads of a
    package take turns, which is for the caller to see to. Everything here blocks on the disk, so it runs in threads.
    """

    def __init__(self, directory: Path, limits: Limits) -> None:
        self._directory = directory
        self._limits = limits
        self._uploading: set[str] = set()
        self._room = threading.Lock()
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
        part = self._part(sha256)
        return PackageStatus(sha256=sha256, received_bytes=part.stat().st_size if part.exists() else 0)

    def begin(self, chunk: PackageChunk, in_use: Iterable[str]) -> None:
        """Make ready for the upload that begins with `chunk`.

        Raises:
            InvalidRequestError: this is no hash.
            LimitExceededError: it is too large.
        """
        sha256 = check_hash(chunk.sha256)
        if chunk.total_bytes > self._limits.package_bytes:
            raise LimitExceededError("package_bytes", self._limits.package_bytes, f"{chunk.total_bytes} bytes")
        self._uploading.add(sha256)
        self.make_room(chunk.total_bytes, in_use)

    def finish(self, sha256: str) -> None:
        """Take note that nobody uploads the package any more."""
        self._uploading.discard(sha256)

    def append(self, chunk: PackageChunk) -> None:
        """Write a chunk that follows what is here; one before it is passed over.

        Raises:
            BrokenRuleError: it leaves a gap, or goes past the end.
        """
        part = self._part(chunk.sha256)
        have = part.stat().st_size if part.exists() else 0
        end = chunk.offset_bytes + len(chunk.data)
        if chunk.offset_bytes > have or end > chunk.total_bytes:
            raise BrokenRuleError(
                f"a chunk from {chunk.offset_bytes} to {end} of {chunk.total_bytes} bytes, and {have} are here"
            )
        if end > have:
            with open(part, "ab") as file:
                file.write(chunk.data[have - chunk.offset_bytes :])

    def complete(self, sha256: str, total_bytes: int) -> PackageStatus:
        """Verify an upload and lay it out; while bytes are missing, say how many are here.

        Raises:
            InvalidRequestError: the bytes have another hash, or are no zip file that can be laid out; they are gone.
            LimitExceededError: it is too large when unpacked; it is gone.
        """
        part = self._part(sha256)
        if part.stat().st_size < total_bytes:
            return self.status(sha256)
        try:
            if (found := _hash(part)) != sha256:
                raise InvalidRequestError(f"the package has the hash {found}, not {sha256}; upload it again")
            self._unpack(part, self._directory / sha256)
        finally:
            part.unlink()
        return self.status(sha256)

    def make_room(self, size_bytes: int, in_use: Iterable[str]) -> None:
        """Remove the packages used longest ago until `size_bytes` fit; those in use stay.

        Raises:
            LimitExceededError: not even then.
        """
        kept = set(in_use) | self._uploading
        with self._room:  # two uploads at a time would count and remove the same ones
            entries = [path for path in self._directory.iterdir() if path.name.partition(".")[0] not in kept]
            free = self._limits.packages_bytes - sum(_size(path) for path in self._directory.iterdir())
            for path in sorted(entries, key=_last_use):
                if free >= size_bytes:
                    return
                free += _size(path)
                _remove(path)
                log.info("package.removed", sha256=path.name)
        if free < size_bytes:
            raise LimitExceededError("packages_bytes", self._limits.packages_bytes, "all packages are in use")

    def _part(self, sha256: str) -> Path:
        return self._directory / f"{sha256}.part"

    def _unpack(self, archive: Path, target: Path) -> None:
        """Lay out a zip file beside `target`, and then put it in place at once."""
        beside = target.with_suffix(".tmp")
        shutil.rmtree(beside, ignore_errors=True)
        try:
            with zipfile.ZipFile(archive) as package:
                unpacked = sum(entry.file_size for entry in package.infolist())
                if unpacked > self._limits.package_bytes:
                    raise LimitExceededError("package_bytes", self._limits.package_bytes, f"{unpacked} bytes unpacked")
                beside.mkdir(mode=0o700)
                for entry in package.infolist():
                    _extract(package, entry, beside)
            os.replace(beside, target)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
            raise InvalidRequestError(f"package {target.name} cannot be unpacked: {error}") from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def _extract(package: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """Write one entry below `target`; no name and no link leads out of it."""
    parts = entry.filename.split("/")
    is_foreign = os.sep != "/" and os.sep in entry.filename
    if entry.filename.startswith("/") or is_foreign or ".." in parts or "\0" in entry.filename:
        raise InvalidRequestError(f"the package has an entry {entry.filename!r}, which leads out of it")
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise InvalidRequestError(f"the package's entry {entry.filename!r} is neither a file nor a directory")
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
    """Give the bytes of a file or of a directory with all in it; what goes away meanwhile counts nothing."""
    size_bytes = 0
    for file in path.rglob("*") if path.is_dir() else (path,):
        with contextlib.suppress(FileNotFoundError):
            size_bytes += file.lstat().st_size
    return size_bytes


def _last_use(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
