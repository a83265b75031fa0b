"""Which globals of a module its own functions may bind anew, by its source."""

from __future__ import annotations

import ast
import functools
import linecache
from types import ModuleType

from ray_client.pickling.travelling_module import Rebound


def rebound_in(module: ModuleType) -> Rebound:
    """Give the names that a module's functions declare as `global`; None, for any name, where that cannot be told."""
    file = getattr(module, "__file__", None)
    if not isinstance(file, str):
        return None
    linecache.checkcache(file)
    return _rebound("".join(linecache.getlines(file, vars(module))))


@functools.lru_cache(maxsize=64)
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
