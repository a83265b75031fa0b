"""Which of our public names stands for which of Ray's (docs/protocol.md, rule T7)."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from typing import Any

from ray_client.names import MIRRORED


@functools.cache
def counterparts() -> dict[Any, tuple[str, str]]:
    """Give module and name in `ray` for each public class and function that is defined elsewhere here.

    `ray_client.get` is defined in `ray_client.api.objects`, but the cluster knows it as `ray.get`.
    """
    found: dict[Any, tuple[str, str]] = {}
    for name in ["ray_client", *(inner for top in MIRRORED for inner in _with_inner(f"ray_client.{top}"))]:
        module = importlib.import_module(name)
        for public in getattr(module, "__all__", ()):
            obj = getattr(module, public)
            if (inspect.isclass(obj) or inspect.isfunction(obj)) and obj.__module__ != name:
                found.setdefault(obj, ("ray" + name[len("ray_client") :], public))
    return found


def _with_inner(name: str) -> list[str]:
    """Give a module's name, and those of the public modules inside it."""
    path = getattr(importlib.import_module(name), "__path__", ())
    inner = [info.name for info in pkgutil.iter_modules(path) if not info.name.startswith("_")]
    return [name, *(deeper for one in inner for deeper in _with_inner(f"{name}.{one}"))]
