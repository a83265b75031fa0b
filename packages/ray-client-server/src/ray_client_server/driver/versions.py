"""Versions of the packages that values are often made of, as they are installed here."""

from __future__ import annotations

import functools
from importlib import metadata
from typing import Final

_NAMES: Final = ("cloudpickle", "numpy", "pandas", "pyarrow", "torch")


@functools.cache
def package_versions() -> dict[str, str]:
    """Give the version of each that is installed, without importing any."""
    found = {}
    for name in _NAMES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


@functools.cache
def ray_version() -> str:
    """Give the version of Ray that is installed, without importing it."""
    return metadata.version("ray")
