"""What is in the modules of the libraries, from the manifest that `tools/library_names.py` writes of the newest Ray."""

from __future__ import annotations

import functools
import importlib
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from ray_client.handles import current
from ray_client_libraries.names import ask_for, make
from ray_client_proto.wire import tokens

_MANIFEST: Final = Path(__file__).parent / "manifest"


@functools.cache
def _entries(module: str) -> dict[str, Any] | None:
    """Give what a module of `ray_client` has, by name; None: it is none of a library's."""
    try:
        text = (_MANIFEST / f"ray{module[len('ray_client') :]}.json").read_text(encoding="utf-8")
    except OSError:
        return None
    found: dict[str, Any] = json.loads(text)
    return found


def knows(module: str) -> bool:
    """Tell whether the manifest has a module, which is named as it is here: `ray_client.data`."""
    return _entries(module) is not None


class LibraryModule(ModuleType):
    """A module that has a function `deployment` and a module `deployment` inside it: the name is the function's."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        return tokens.ray_module, (f"ray{self.__name__[len('ray_client') :]}",)  # rule T7

    def __setattr__(self, name: str, value: Any) -> None:
        # Python does this when it has imported a module inside this one.
        if not (isinstance(value, ModuleType) and name in (_entries(self.__name__) or {})):
            super().__setattr__(name, value)


def describe(module: ModuleType) -> None:
    """Give a module its public names, for completion and `import *`."""
    entries = _entries(module.__name__)
    if entries is not None:
        module.__class__ = LibraryModule
        module.__all__ = sorted(entries)  # type: ignore[attr-defined]  # it is a module of our making
        module.__dir__ = lambda: [*vars(module), *entries]  # type: ignore[method-assign]  # Python looks there


def find(module: str, name: str) -> Any:
    """Give a name of a module; the same thing each time.

    Raises:
        AttributeError: it has none such; with a session, neither has the cluster's Ray.
    """
    entry = (_entries(module) or {}).get(name)
    if entry is None:
        if knows(f"{module}.{name}"):
            return importlib.import_module(f"{module}.{name}")
        return _ask(module, name)
    if isinstance(entry, str):
        home, _, own = entry.partition(":")
        found = getattr(importlib.import_module(f"ray_client{home[len('ray') :]}"), own)
    else:
        found = make(f"ray{module[len('ray_client') :]}", name, entry)
    setattr(sys.modules[module], name, found)
    return found


def _ask(module: str, name: str) -> Any:
    """Ask the driver for a name that only a newer Ray has."""
    session = current.find_session()
    if session is None or name.startswith("_"):
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    return ask_for(session, module, name)
