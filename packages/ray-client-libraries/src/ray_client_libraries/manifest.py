"""The names of the libraries by module, as `tools/library_names.py` writes them for the newest Ray."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, Final

_MANIFEST: Final = Path(__file__).parent / "manifest"


@functools.cache
def entries(module: str) -> dict[str, Any] | None:
    """Give what a module of `ray_client` has, by name; None: it is none of a library's."""
    _, _, inner = module.partition(".")
    text = _lines(inner.partition(".")[0])
    _, found, rest = text.partition(b"\nray.%s\t" % inner.encode())
    if not found:
        return {} if b"\nray.%s." % inner.encode() in text else None  # a package of modules may have no names
    names: dict[str, Any] = json.loads(rest[: rest.index(b"\n")])
    return names


@functools.cache
def _lines(library: str) -> bytes:
    """Give the names of a library, a module in each line; reading one such file takes less than many small ones."""
    try:
        return b"\n" + (_MANIFEST / f"{library}.txt").read_bytes()
    except OSError:
        return b""


def knows(module: str) -> bool:
    """Tell whether the manifest has a module, which is named as it is here: `ray_client.data`."""
    return entries(module) is not None
