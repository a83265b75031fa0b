"""Disk that a client takes: `python footprint.py DISTRIBUTION` prints the bytes of it and all that it requires.

Runs in the environment that is measured; counts what was installed, without compiled files.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from importlib import metadata
from pathlib import Path

# What Ray's own client needs on top, by `ray[client]`; the environment's own choice of version.
EXTRAS = {"ray": ["grpcio"]}


def closure(name: str, seen: set[str]) -> set[str]:
    """Give the names of a distribution and of all that it requires here."""
    name = re.sub(r"[-_.]+", "-", name).lower()
    if name in seen:
        return seen
    seen.add(name)
    required = [line for line in metadata.requires(name) or [] if "extra ==" not in line] + EXTRAS.get(name, [])
    for line in required:
        match = re.match(r"[A-Za-z0-9._-]+", line)
        if match and _is_installed(match[0]):
            closure(match[0], seen)
    return seen


def size_bytes(name: str) -> int:
    """Give what a distribution takes; one that is installed as a link counts what it links to."""
    files = [Path(str(file.locate())) for file in metadata.files(name) or []]
    links = [file for file in files if file.suffix == ".pth"]
    if links:
        package = importlib.util.find_spec(re.sub(r"[-.]", "_", name))
        folders = package.submodule_search_locations if package else None
        files = [file for folder in folders or () for file in Path(folder).rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files if file.suffix != ".pyc" and file.exists())


def _is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    print(sum(size_bytes(name) for name in closure(sys.argv[1], set())))
