"""Which of our public names stands for which of Ray's (docs/protocol.md, rule T7)."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from typing import Any

# Folders and modules that are ours alone; all else of this package mirrors `ray`.
_INTERNAL = frozenset(
    """
    api config dropin dual_error embedded errors handles logs names options packages pickling rebuilding session
    transport
    """.split()
)


@functools.cache
def counterparts() -> dict[Any, tuple[str, str]]:
    """Give module and name in `ray` for each public class and function that is defined elsewhere here.

    `ray_client.get` is defined in `ray_client.api.objects`, but the cluster knows it as `ray.get`.
    """
    found: dict[Any, tuple[str, str]] = {}
    for name in _public_modules("ray_client"):
        module = importlib.import_module(name)
        for public in getattr(module, "__all__", ()):
            obj = getattr(module, public)
            if (inspect.isclass(obj) or inspect.isfunction(obj)) and obj.__module__ != name:
                found.setdefault(obj, ("ray" + name[len("ray_client") :], public))
    return found


def _public_modules(package: str) -> list[str]:
    names = [package]
    for info in pkgutil.iter_modules(importlib.import_module(package).__path__, package + "."):
        if info.name.split(".")[1] not in _INTERNAL and not info.name.rpartition(".")[2].startswith("_"):
            names += _public_modules(info.name) if info.ispkg else [info.name]
    return names
