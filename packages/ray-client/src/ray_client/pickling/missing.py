"""What to do about a module that one side lacks."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Iterator
from importlib import metadata
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Final

from ray_client_proto.code.locality import is_local, origin_of, recorded

#: What a name that nothing here has may be on an index: what is meant, or somebody else's.
_IF_NAMED_SO: Final = "if its package has that name"


def line_to_add(module: str) -> str:
    """Give what brings a module to the cluster: the user's own by its path, others by their package.

    >>> line_to_add("no_such_module")
    'runtime_env={"pip": ["no_such_module"]}, if its package has that name'
    """
    top = module.partition(".")[0]
    place = _place_of(top)
    if place is not None and is_local(str(place)):
        return _runtime_env(*_by_path(place))
    for distribution in _distributions_of(top):
        requirement = _requirement(distribution)
        if requirement:
            return _runtime_env("pip", [requirement])
    if place is not None:  # it was built and installed from a directory of this machine
        return _runtime_env(*_by_path(place))
    if top in sys.modules:
        return f'runtime_env={{"py_modules": [...]}} with a directory or file that has {top}, which has none here'
    return f"{_runtime_env('pip', [top])}, {_IF_NAMED_SO}"


def way_to_install(module: str) -> str:
    """Give what brings a module to this environment, to be read after "add"."""
    top = module.partition(".")[0]
    for distribution in _distributions_of(top):
        return f"it with `{sys.executable} -m pip install {distribution.metadata['Name']}`"
    return f"it with `{sys.executable} -m pip install {top}`, {_IF_NAMED_SO}"


def _runtime_env(key: str, value: object) -> str:
    return f"runtime_env={{{json.dumps(key)}: {json.dumps(value)}}}"


def _place_of(top: str) -> Path | None:
    """Give the directory of a package, or the file of a plain module, if it is here."""
    spec = PathFinder.find_spec(top) if top not in sys.modules else sys.modules[top].__spec__
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    return Path(spec.origin) if spec.has_location and spec.origin else None


def _distributions_of(top: str) -> Iterator[metadata.Distribution]:
    """Give the installed distributions that have a module, or package, of a name."""
    # `packages_distributions` of Python 3.10 knows only those that say so in a file of its own.
    for distribution in metadata.distributions():
        tops = (distribution.read_text("top_level.txt") or "").split()
        if top in (tops or {Path(name).parts[0].partition(".")[0] for name in recorded(distribution)}):
            yield distribution


def _by_path(place: Path) -> tuple[str, str | list[str]]:
    """Give the field of `runtime_env` that takes a directory or a file, and what to write there."""
    archive = next(filter(zipfile.is_zipfile, place.parents), None)
    if archive is not None:
        return "working_dir", str(archive)
    if place.is_dir() or place.suffix == ".py":
        return "py_modules", [str(place)]
    return "working_dir", str(place.parent)  # compiled, and `py_modules` takes no such file


def _requirement(distribution: metadata.Distribution) -> str:
    """Give how pip gets a distribution again; nothing if it was built on this machine."""
    name, origin = distribution.metadata["Name"], origin_of(distribution)
    url = origin.get("url", "")
    if "vcs_info" in origin:
        return f"{name} @ {origin['vcs_info'].get('vcs')}+{url}@{origin['vcs_info'].get('commit_id')}"
    if url.startswith("file:"):
        return ""
    return f"{name} @ {url}" if url else f"{name}=={distribution.version}"
