"""Which modules only this machine has, so that their contents must travel by value."""

from __future__ import annotations

import csv
import functools
import json
import os
import site
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

# Where this Python has its installed code.
_INSTALLED = tuple(
    str(Path(path).resolve())
    for path in (
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        *site.getsitepackages(),
        site.getusersitepackages(),
    )
)

# Where any Python has it: on `PYTHONPATH`, in layers under a virtual environment, unpacked from an archive.
_INSTALLED_NAMES = frozenset({"site-packages", "dist-packages"})

# An editable install of these lies anywhere, and the cluster has its own.
_OURS = frozenset({"ray_client", "ray_client_proto"})

#: Name of a module -> its file here, for what the cluster finds in `working_dir` and `py_modules`.
Shipped = Mapping[str, str]


def travels_by_value(module_name: str | None, shipped: Shipped | None = None) -> ModuleType | None:
    """Give the module if it is code of the user's own project that the cluster does not have, else None.

    That is: it has a source file, or is a package of the user's without one, which is neither of the standard library,
    nor installed (`is_local`), nor `shipped` under this name. An editable install is the user's own.
    `__main__` needs no word: cloudpickle takes it by value anyway.
    """
    if module_name is None or module_name == "__main__" or module_name.partition(".")[0] in _OURS:
        return None
    module = sys.modules.get(module_name)
    file = getattr(module, "__file__", None) or ""
    if module is None or not (is_local_file(file) if file else _is_local_namespace(module)):
        return None
    if shipped and module_name in shipped and os.path.realpath(file) == shipped[module_name]:
        return None
    return module


@functools.lru_cache(maxsize=4096)
def is_local_file(file: str) -> bool:
    """Tell whether a source file is the user's own: not installed."""
    if not file.endswith(".py"):
        return False
    return is_local(file)


def _is_local_namespace(module: ModuleType) -> bool:
    """Tell whether a module is a package without a file, of which all parts are the user's own."""
    places = [str(place) for place in getattr(module, "__path__", ())]
    return bool(places) and all(map(is_local, places))


def is_local(place: str) -> bool:
    """Tell whether a file or a directory is not installed.

    Installed is what stands where a Python keeps such code, and what a distribution's metadata claims beside which it
    stands, as `pip install --target` leaves it; a symbolic link counts as what it leads to.
    """
    path = Path(place).resolve()
    if any(path.is_relative_to(root) for root in _INSTALLED):
        return False
    if any(part.lower() in _INSTALLED_NAMES or part.endswith(".egg") for part in path.parts):
        return False
    return not any(_is_claimed(each) for each in {path, Path(os.path.abspath(place))})


def _is_claimed(path: Path) -> bool:
    """Tell whether metadata at a place on `sys.path` claims a file, or something in a directory."""
    roots = _absolute(tuple(sys.path))
    return any(path in _claims(str(parent)) for parent in path.parents if parent in roots)


@functools.lru_cache(maxsize=8)
def _absolute(places: tuple[str, ...]) -> frozenset[Path]:
    return frozenset(path for place in places for path in (Path(os.path.abspath(place)), Path(place).resolve()))


@functools.lru_cache(maxsize=256)
def _claims(root: str) -> frozenset[Path]:
    """Give the files that distributions installed below a place of `sys.path`, and all directories with such a file."""
    files = [
        Path(os.path.normpath(os.path.join(root, name)))
        for distribution in metadata.distributions(path=[root])
        for name in recorded(distribution)
    ]
    return frozenset(files).union(*(file.parents for file in files)) - {Path(root), *Path(root).parents}


def recorded(distribution: metadata.Distribution) -> Iterator[str]:
    """Give the files that an installer put there for a distribution; none for a link to the user's own project."""
    # Not `distribution.files`, which takes a project's list of sources for a list of what was installed.
    if not is_editable(distribution):
        yield from (row[0] for row in csv.reader((distribution.read_text("RECORD") or "").splitlines()) if row)


def is_editable(distribution: metadata.Distribution) -> bool:
    """Tell whether a distribution is a link to the user's own project."""
    return bool(origin_of(distribution).get("dir_info", {}).get("editable"))


def origin_of(distribution: metadata.Distribution) -> dict[str, Any]:
    """Give what an installer noted on where a distribution came from; nothing if that was an index."""
    found: dict[str, Any] = json.loads(distribution.read_text("direct_url.json") or "{}")
    return found
