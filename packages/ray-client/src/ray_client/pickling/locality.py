"""Which modules only this machine has, so that their contents must travel by value."""

from __future__ import annotations

import functools
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

# Where installed code lives; a module from anywhere else is the user's own.
_INSTALLED = tuple(
    str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "platstdlib", "purelib", "platlib")
)

# An editable install of these lies anywhere, and the cluster has its own.
_OURS = frozenset({"ray_client", "ray_client_proto"})


def travels_by_value(module_name: str | None) -> ModuleType | None:
    """Give the module if it is code of the user's own project, else None.

    That is: it has a source file, and that file is neither in the standard library nor in a
    directory of installed packages. `__main__` needs no word: cloudpickle takes it by value anyway.
    """
    if module_name is None or module_name == "__main__" or module_name.partition(".")[0] in _OURS:
        return None
    module = sys.modules.get(module_name)
    if module is None or not _is_local_file(getattr(module, "__file__", None) or ""):
        return None
    return module


@functools.lru_cache(maxsize=4096)
def _is_local_file(file: str) -> bool:
    if not file.endswith(".py"):
        return False
    path = Path(file).resolve()
    return not any(path.is_relative_to(root) for root in _INSTALLED)
