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
    try:
        text = (_MANIFEST / f"ray{module[len('ray_client') :]}.json").read_text(encoding="utf-8")
    except OSError:
        return {} if module in _packages() else None
    found: dict[str, Any] = json.loads(text)
    return found


def knows(module: str) -> bool:
    """Tell whether the manifest has a module, which is named as it is here: `ray_client.data`."""
    return entries(module) is not None


@functools.cache
def _packages() -> frozenset[str]:
    """Give the packages of the modules that have names: some have none of their own."""
    modules = [path.name.split(".")[1:-1] for path in _MANIFEST.iterdir()]
    return frozenset(".".join(["ray_client", *parts[:at]]) for parts in modules for at in range(1, len(parts)))
