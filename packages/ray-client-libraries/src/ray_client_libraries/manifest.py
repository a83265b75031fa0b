"""The names of the libraries by module, as `tools/library_names.py` writes them for the newest Ray."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, Final

MANIFEST: Final = Path(__file__).parent / "manifest"


@functools.cache
def entries(module: str) -> dict[str, Any] | None:
    """Give what a module of `ray_client` has, by name; None: it is none of a library's."""
    _, _, inner = module.partition(".")
    text = _lines(inner.partition(".")[0])
    start = text.find(b"\nray.%s\t" % inner.encode())
    if start < 0:
        return {} if b"\nray.%s." % inner.encode() in text else None
    names: dict[str, Any] = json.loads(text[text.index(b"\t", start) : text.index(b"\n", start + 1)])
    return names


@functools.cache
def _lines(library: str) -> bytes:
    """Give the names of a library, a module in each line; reading one such file takes less than many small ones."""
    try:
        return b"\n" + (MANIFEST / f"{library}.txt").read_bytes()
    except OSError:
        return b""


#: Modules that the manifest lacks and a driver has, of a newer Ray.
asked: Final[set[str]] = set()


def knows(module: str) -> bool:
    """Tell whether a module is known, which is named as it is here: `ray_client.data`."""
    return module in asked or entries(module) is not None
