"""What a program runs when a class is made: not once more where that class is only read from a pickle.

cloudpickle makes a class from its name, its bases and its metaclass, every time that one arrives; where it is known
already, what was made is thrown away. Hooks of the program's own bases register such a class in the place of the real
one, and fail where they want keyword arguments: those are not kept by Python, and so not in the pickle.
And it sets the attributes of the class one by one, which a metaclass may refuse.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any, Final

_NAME: Final = "ray-client-class-hooks"


def quiet_hook(original: Callable[..., Any], instead: Callable[..., Any]) -> Callable[..., Any]:
    """Give a hook that is `original` for a new class, and `instead` where it is not new or keywords are lost.

    This goes by value to processes that have nothing of ours.
    """

    @functools.wraps(original)
    def hook(*args: Any, **kwargs: Any) -> Any:
        import inspect
        import sys

        frame: Any = sys._getframe(1)
        # The functions of cloudpickle that make classes, and its table of classes by id; the same in 3.0 to 3.1.3.
        while frame is not None and frame.f_code.co_name not in ("_make_skeleton_class", "_make_skeleton_enum"):
            frame = frame.f_back
        if frame is not None and "class_tracker_id" in frame.f_locals:
            if frame.f_locals["class_tracker_id"] in frame.f_globals.get("_DYNAMIC_CLASS_TRACKER_BY_ID", ()):
                return instead(*args)
            try:
                inspect.signature(original).bind(*args, **kwargs)
            except TypeError:
                return instead(*args)
        return original(*args, **kwargs)

    return hook


def quiet_setter(original: Callable[..., Any]) -> Callable[..., Any]:
    """Give a metaclass's `__setattr__` that is `original`, but not for what makes a class as its pickle says.

    This goes by value to processes that have nothing of ours.
    """

    @functools.wraps(original)
    def hook(cls: Any, name: str, value: Any) -> Any:
        import sys

        # Of cloudpickle, the same in 3.0 to 3.1.3, and of ours, where the Pythons differ.
        if sys._getframe(1).f_code.co_name in ("_class_setstate", "fill_class"):
            return type.__setattr__(cls, name, value)
        return original(cls, name, value)

    return hook


def _nothing(*_: Any) -> None:
    """Stand for a hook that gives nothing."""


_nothing.__module__ = _NAME  # a module that nobody has: so cloudpickle takes it by value, here and on the driver
_OWN_FILE: Final = quiet_hook.__code__.co_filename


def _bare_new(metaclass: Any) -> Callable[..., Any]:
    """Give what makes a class as the next metaclass does, without keyword arguments."""

    def new(cls: Any, name: str, bases: Any, namespace: Any, *_: Any) -> Any:
        return super(metaclass, cls).__new__(cls, name, bases, namespace)

    new.__module__ = _NAME
    return new


def with_quiet_hooks(cls: type, namespace: dict[str, Any]) -> dict[str, Any]:
    """Give the namespace of a class with hooks that stay quiet where one is made from a pickle."""
    found: Any = namespace.get("__init_subclass__")
    changed: dict[str, Any] = {}
    if isinstance(found, classmethod) and _is_own(found.__func__):
        changed["__init_subclass__"] = classmethod(quiet_hook(found.__func__, _nothing))
    if issubclass(cls, type):
        found = namespace.get("__new__")
        if isinstance(found, staticmethod) and _is_own(found.__func__):
            changed["__new__"] = staticmethod(quiet_hook(found.__func__, _bare_new(cls)))
        found = namespace.get("__init__")
        if _is_own(found):
            changed["__init__"] = quiet_hook(found, _nothing)
        found = namespace.get("__setattr__")
        if _is_own(found):
            changed["__setattr__"] = quiet_setter(found)
    return {**namespace, **changed}


def _is_own(hook: object) -> bool:
    """Tell whether a hook is the program's, and has not become a quiet one yet."""
    return isinstance(hook, FunctionType) and hook.__code__.co_filename != _OWN_FILE
