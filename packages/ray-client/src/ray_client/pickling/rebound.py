"""Which globals of a module its own functions may bind anew, by its source."""

from __future__ import annotations

import ast
import functools
import linecache
import os
import tokenize
from types import ModuleType

from ray_client.pickling.travelling_module import Rebound


def rebound_in(module: ModuleType) -> Rebound:
    """Give the names that a module's functions declare as `global`; None, for any name, where that cannot be told."""
    file = getattr(module, "__file__", None)
    if not isinstance(file, str):
        return None
    try:
        found = os.stat(file)
        return _rebound_in_file(file, found.st_mtime_ns, found.st_size)
    except (OSError, SyntaxError, UnicodeDecodeError):  # it is in an archive, or gone since it was loaded
        return _rebound("".join(linecache.getlines(file, vars(module))))


@functools.lru_cache(maxsize=4096)
def _rebound_in_file(file: str, _changed_ns: int, _size_bytes: int) -> Rebound:
    with tokenize.open(file) as text:  # not by linecache, which would forget what it has of a file that changed
        return _rebound(text.read())


def _rebound(text: str) -> Rebound:
    """Give the same by the text of a module.

    >>> _rebound("def f(): global b, a")
    ('a', 'b')
    >>> _rebound("def f(): globals()['a'] = 1")
    """
    if not text:
        return None
    if "global" not in text:
        return ()
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return None
    if any(isinstance(node, ast.Name) and node.id == "globals" for node in nodes):
        return None
    return tuple(sorted({name for node in nodes if isinstance(node, ast.Global) for name in node.names}))
