"""Which modules only this machine has, so that their contents must travel by value."""

from __future__ import annotations

import functools
import os
import site
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

# Where installed code lives; a module from anywhere else is the user's own.
_INSTALLED = tuple(
    str(Path(path).resolve())
    for path in (
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        *site.getsitepackages(),
        site.getusersitepackages(),
    )
)

# An editable install of these lies anywhere, and the cluster has its own.
_OURS = frozenset({"ray_client", "ray_client_proto"})

#: Name of a module -> its file here, for what the cluster finds in `working_dir` and `py_modules`.
Shipped = Mapping[str, str]


def travels_by_value(module_name: str | None, shipped: Shipped | None = None) -> ModuleType | None:
    """Give the module if it is code of the user's own project that the cluster does not have, else None.

    That is: it has a source file, or is a package of the user's without one, which is neither in the
    standard library, nor in a directory of installed packages, nor `shipped` under this name.
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
    """Tell whether a file or a directory lies outside of where installed code does."""
    path = Path(place).resolve()
    return not any(path.is_relative_to(root) for root in _INSTALLED)
