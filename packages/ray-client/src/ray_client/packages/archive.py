"""Directories and files as zip files whose bytes depend on nothing but what is in them."""

from __future__ import annotations

import hashlib
import os
import stat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ray_client.errors import PackageError, PackageTooLargeError
from ray_client.packages.ignore import Rule, is_ignored, parse_rules

URI_SCHEME: Final = "package://"
PACKAGE_BYTES: Final = 1 << 30  #: the largest package; a gateway's own default is the same
#: Never packed, wherever they lie: as in Ray.
_ALWAYS_IGNORED: Final = parse_rules([".git", ".venv", "venv", "__pycache__"])
_IGNORE_FILES: Final = (".gitignore", ".rayignore")
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

    @property
    def uri(self) -> str:
        return URI_SCHEME + self.sha256


def pack(
    source: Path, target: Path, excludes: Sequence[str] = (), prefix: str = "", limit_bytes: int = PACKAGE_BYTES
) -> Package:
    """Write a directory's files, or one file, to the zip file `target`.

    What `.gitignore` and `.rayignore` files in it name is left out, and what `excludes` does, in the same form.

    Args:
        source: the directory or file.
        target: must not exist.
        excludes: what more to leave out.
        prefix: the directory inside the zip file, with a final slash; empty for its top.
        limit_bytes: of all files together.

    Raises:
        PackageTooLargeError: the files are larger together; nothing was written.
        PackageError: a file cannot be read; what was written is to be thrown away.
    """
    root = source if source.is_dir() else source.parent
    try:
        files = sorted(_files(root, excludes)) if source.is_dir() else [source.name]
        sizes = {file: (root / file).stat().st_size for file in files}
        if sum(sizes.values()) > limit_bytes:
            largest = sorted(sizes.items(), key=lambda item: -item[1])[:_LISTED_FILES]
            raise PackageTooLargeError(str(source), sum(sizes.values()), limit_bytes, largest)
        with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                _add(archive, root / file, prefix + file)
    except OSError as exc:
        raise PackageError(str(source), f"{exc.strerror} ({exc.filename})", "make it readable, or exclude it") from exc
    modules = {_module_name(prefix + file): os.path.realpath(root / file) for file in files if file.endswith(".py")}
    return describe(target, modules)


def _module_name(path: str) -> str:
    """Give the name under which a file is imported from the top of its package.

    >>> _module_name("a/b.py"), _module_name("a/__init__.py")
    ('a.b', 'a')
    """
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def describe(path: Path, modules: Mapping[str, str] | None = None) -> Package:
    """Give a zip file as it is, as a package."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_COPY_BYTES):
            digest.update(block)
    return Package(path, digest.hexdigest(), modules or {})


def _add(archive: zipfile.ZipFile, file: Path, name: str) -> None:
    is_executable = bool(file.stat().st_mode & stat.S_IXUSR)
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # Unix, also where this runs on Windows: else the mode means nothing
    entry.external_attr = (stat.S_IFREG | (0o755 if is_executable else 0o644)) << 16
    with file.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
        while block := source.read(_COPY_BYTES):
            target.write(block)


def _files(root: Path, excludes: Sequence[str]) -> Iterator[str]:
    """Yield the files to pack, relative to the root, with forward slashes. Links are followed, but not in circles."""
    last = parse_rules(excludes)
    waiting: list[tuple[str, list[Rule], frozenset[str]]] = [("", list(_ALWAYS_IGNORED), frozenset())]
    while waiting:
        base, rules, above = waiting.pop()
        real = os.path.realpath(root / base)
        if real in above:
            continue
        rules = rules + _rules_of(root / base, base)
        with os.scandir(root / base) as entries:
            for entry in entries:
                path, is_directory = base + entry.name, entry.is_dir()
                if is_ignored([*rules, *last], path, is_directory):
                    continue
                if is_directory:
                    waiting.append((path + "/", rules, above | {real}))
                elif entry.is_file():  # neither a socket nor a pipe
                    yield path


def _rules_of(directory: Path, base: str) -> list[Rule]:
    rules: list[Rule] = []
    for name in _IGNORE_FILES:
        file = directory / name
        if file.is_file():
            rules += parse_rules(file.read_text(encoding="utf-8", errors="replace").splitlines(), base)
    return rules
