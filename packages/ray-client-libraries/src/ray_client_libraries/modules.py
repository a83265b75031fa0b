"""What the modules of the libraries give for their names."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

from ray_client.handles import current
from ray_client_libraries.manifest import asked, entries, knows
from ray_client_libraries.names import ask, ask_for, make
from ray_client_proto.wire import tokens


class LibraryModule(ModuleType):
    """A module that has a function `deployment` and a module `deployment` inside it: the name is the function's."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        return tokens.ray_module, (f"ray{self.__name__[len('ray_client') :]}",)  # rule T7

    def __setattr__(self, name: str, value: Any) -> None:
        # Python does this when it has imported a module inside this one.
        if not (isinstance(value, ModuleType) and name in (entries(self.__name__) or {})):
            super().__setattr__(name, value)


def describe(module: ModuleType) -> None:
    """Give a module its public names, for completion and `import *`."""
    names = entries(module.__name__) or {}
    if knows(module.__name__):
        module.__class__ = LibraryModule
        module.__all__ = sorted(names)  # type: ignore[attr-defined]  # it is a module of our making
        module.__dir__ = lambda: [*{*vars(module), *names}]  # type: ignore[method-assign]  # Python looks there


def leaves_out(module: str, name: str) -> bool:
    """Tell whether a name is a private one that is not listed: it may be there, and is not for a client."""
    is_private = "._" in module or name.startswith("_")
    return is_private and name not in (entries(module) or {}) and not knows(f"{module}.{name}")


def find(module: str, name: str) -> Any:
    """Give a name of a module; the same thing each time.

    Raises:
        AttributeError: it has none such; with a session, neither has the cluster's Ray.
    """
    entry = (entries(module) or {}).get(name)
    if entry is None:
        if knows(f"{module}.{name}"):
            return importlib.import_module(f"{module}.{name}")
        return _ask(module, name)
    if isinstance(entry, str):
        home, _, own = entry.partition(":")
        try:
            found = getattr(importlib.import_module(f"ray_client{home[len('ray') :]}"), own)
        except (AttributeError, ImportError):
            return _ask(module, name)  # a part of Ray's core that is not here
    else:
        found = make(f"ray{module[len('ray_client') :]}", name, entry)
    setattr(sys.modules[module], name, found)
    return found


def _ask(module: str, name: str) -> Any:
    """Ask the driver for a name that only a newer Ray has."""
    session = current.find_session()
    if session is None:
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    names = vars(sys.modules[module])
    if name not in names:
        names[name] = ask_for(session, module, name)
    return names[name]


def exists(module: str) -> bool:
    """Tell whether there is a module that the manifest may lack: with a session, the driver is asked for it."""
    if knows(module):
        return True
    session = current.find_session()
    if session is None:
        return False
    try:
        ask(session, importlib.import_module, f"ray{module[len('ray_client') :]}")
    except ImportError:
        return False
    asked.add(module)
    return True
