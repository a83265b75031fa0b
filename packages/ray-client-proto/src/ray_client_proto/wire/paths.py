"""Paths of the file system inside pickles (docs/protocol.md, rule V4)."""

from __future__ import annotations

import pathlib
from typing import Any, Final

#: `Path()` is one of the two of these that this system has.
_OF_ONE_SYSTEM: Final = frozenset(("PosixPath", "WindowsPath"))


def path_class(module: str, name: str) -> Any:
    """Give what this side puts in the place of a global of `pathlib`; None for anything else.

    A path of the other side's system becomes one of this side's, and the name of the module is taken from any
    version of Python.

    >>> path_class("pathlib", "WindowsPath") is type(pathlib.Path()), path_class("json", "loads")
    (True, None)
    """
    if module != "pathlib" and module != "pathlib._local":  # where Python 3.13 has them
        return None
    return type(pathlib.Path()) if name in _OF_ONE_SYSTEM else getattr(pathlib, name)
