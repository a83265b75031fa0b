"""How exceptions are pickled for the client: as they are, whatever their initializers take (docs/protocol.md, V6, X6).

Python pickles an exception as a call of its class with its `args`, which are those of the class above it where an
initializer makes a text of its own: that one would then be made of itself, or fail. Natively nothing is pickled between
who raises and who catches in the driver.
"""

from __future__ import annotations

import contextlib
import copyreg
import functools
import types
from typing import Any, Final

from ray_client_proto.wire.ray_modules import is_cluster_only

_NEW: Final[Any] = copyreg.__newobj__  # type: ignore[attr-defined]  # what pickle writes as a code of its own
_TEXTS: Final = (BaseException.__str__, KeyError.__str__)  #: which show the arguments, and nothing else
_Reduced = tuple[Any, ...]


def as_it_is(error: BaseException) -> _Reduced | None:
    """Give what makes an exception again without its initializer; None: Python's own way does, or the class has one."""
    cls = type(error)
    # The flag (Py_TPFLAGS_HEAPTYPE) is of classes that a `class` statement has made.
    builtin = next(base for base in cls.__mro__ if not base.__flags__ & (1 << 9))
    has_own_way = (
        cls.__reduce_ex__ is not object.__reduce_ex__
        or cls.__reduce__ is not BaseException.__reduce__
        or cls.__new__ is not builtin.__new__
        or builtin.__basicsize__ != BaseException.__basicsize__  # its fields are set by its initializer
    )
    # Classes of Ray's Core are others on the client, with attributes of their own.
    if has_own_way or not isinstance(cls.__init__, types.FunctionType) or (cls.__module__ or "").startswith("ray."):
        return None
    return _NEW, (cls, *error.args), vars(error)


def of_a_library(error: BaseException) -> _Reduced | None:
    """Give an error of a library with its arguments, attributes and text; None: it is no library's.

    What stands for its class on the client has the names alone.
    """
    own = [cls for cls in type(error).__mro__ if is_cluster_only(cls.__module__ or "")]
    if not own or any(cls.__module__ == "ray.exceptions" for cls in type(error).__mro__):  # those travel as failures
        return None
    state = dict(vars(error))
    for name in {name for cls in own for name, found in vars(cls).items() if isinstance(found, property)}:
        with contextlib.suppress(Exception):  # the library's own code
            state[name] = getattr(error, name)
    if type(error).__str__ is not BaseException.__str__:
        state["ray_text"] = str(error)
    return _NEW, (type(error), *error.args), state


def without_its_package(error: BaseException) -> _Reduced:
    """Give an error whose package the client lacks: of a class of that name, derived from Python's that it is of."""
    args = error.args if type(error).__str__ in _TEXTS else (str(error),)
    cls: Any = type(error)
    made = _stand_in(cls)(*args)
    return type(made), made.args


def kinds_of(cls: type[BaseException]) -> list[type]:
    """Give what a class of errors is of Python's own, without what that derives from."""
    found: list[type] = []
    for base in cls.__mro__:
        if base.__module__ == "builtins" and not any(issubclass(other, base) for other in found):
            found.append(base)
    return found


@functools.cache
def _stand_in(cls: type[BaseException]) -> type[BaseException]:
    """Give the class, which travels by value, since no module has it; always the same, so that clients have one."""
    bases = kinds_of(cls)
    # Of no module that the client lacks; a traceback shows it as it would the real one.
    names = {"__module__": "builtins", "__qualname__": f"{cls.__module__}.{cls.__qualname__}"}
    made: type[BaseException] = type(cls.__name__, tuple(bases), names)
    return made
