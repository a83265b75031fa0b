"""Errors whose class is not here: of a class of its name (docs/protocol.md, rule X6).

Only the client makes them; the code is here since its own wheel is to stay small.
"""

from __future__ import annotations

import builtins
import functools
from typing import Any


def named_error(base: type[Exception], type_name: str, kinds: str, message: str) -> Exception:
    """Give an error of a class of that name, which derives from `base` and from the classes of Python's that are named.

    One of Python's that takes more than a text is left out.
    """
    hashable: Any = base  # for the type checker
    for names in (kinds, ""):
        try:
            return _class_named(hashable, type_name, names)(message)
        except TypeError:
            continue
    return base(message)


@functools.cache
def _class_named(base: type[Exception], type_name: str, kinds: str) -> type[Exception]:
    """Make such a class; always the same, so that a program that has seen one can catch the next."""
    found = (getattr(builtins, name, None) for name in kinds.split())
    bases = [kind for kind in found if isinstance(kind, type) and issubclass(kind, Exception) and kind is not Exception]
    # Of no module that is not here; a traceback shows it as it would the real one.
    names = {"__module__": "builtins", "__qualname__": type_name}
    return type(type_name.rpartition(".")[2], (base, *bases), names)
