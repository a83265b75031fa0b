"""Tracebacks of errors: the program's frames are shown, and neither ours nor those of what we call.

Each public function takes them out of an error that leaves it, so that whatever prints the traceback, a notebook, a
logger or pytest, has it right. `RAY_CLIENT_DEBUG=1` leaves all in.
"""

from __future__ import annotations

import copy
import functools
import inspect
import os
import sys
from collections.abc import Callable, Container
from types import FrameType, FunctionType, TracebackType
from typing import Any, Final, TypeVar

import ray_client_proto
from ray_client.config import env

F = TypeVar("F", bound=Callable[..., Any])

#: Where our code lies; `ray_client_libraries` adds itself.
ours = tuple(os.path.dirname(file) + os.sep for file in (__file__, ray_client_proto.__file__))
#: What we call: its frames go with ours, above which they stand.
_MACHINERY: Final = sys.stdlib_module_names | {"cloudpickle", "google", "grpc"}
#: Called all the time, and nothing of ours raises in them.
_NEVER_RAISING: Final = frozenset({"__del__", "__eq__", "__hash__", "__repr__", "__dir__", "__init_subclass__"})


def shorten(error: BaseException, is_caught: bool = True) -> None:
    """Leave the program's frames alone in the traceback of an error, and what went wrong inside us out of its causes.

    Followed by a bare `raise`, it removes the frame that it is called in as well: that adds no new one. Not so on
    Python 3.10, where this one frame stays.

    Args:
        error: what was raised.
        is_caught: whether a bare `raise` follows.
    """
    if env.shows_all_frames():
        return
    trace = error.__traceback__
    if sys.version_info < (3, 11) and is_caught and trace is not None:
        trace.tb_next = users_frames(trace.tb_next)
    else:
        error.__traceback__ = users_frames(trace)
    seen = {id(error)}
    while (link := _shown_link(error)) is not None:
        kept: BaseException | None = link
        while kept is not None and _is_internal(kept):
            kept = _shown_link(kept)
        if kept is not link:
            error.__cause__, error.__context__ = None, kept
            error.__suppress_context__ = kept is None
        if kept is None or id(kept) in seen:
            return
        seen.add(id(kept))
        kept.__traceback__ = users_frames(kept.__traceback__)
        error = kept


def fresh(error: Exception) -> Exception:
    """Give an error once more: each that is raised has a traceback of its own, and does not grow those before it."""
    again = copy.copy(error)
    again.__cause__ = error.__cause__
    return again


def users_frames(trace: TracebackType | None, is_below: bool = False) -> TracebackType | None:
    """Give a traceback without our frames and those of what we call.

    Args:
        trace: from the outermost frame to the innermost.
        is_below: whether it begins with what was called by us, or for us.
    """
    kept = []
    while trace is not None:
        frame = trace.tb_frame
        is_ours = frame.f_code.co_filename.startswith(ours)
        is_below = is_ours or (is_below and _root(frame) in _MACHINERY)
        if not is_below:
            kept.append(trace)
        trace = trace.tb_next
    shown = None
    for each in reversed(kept):
        shown = TracebackType(shown, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return shown


def users_frame() -> FrameType:
    """Give the innermost frame outside this package."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename.startswith(ours) and frame.f_back is not None:
        frame = frame.f_back
    return frame


def users_stacklevel() -> int:
    """Give the `stacklevel` with which a warning of the caller names the program's own line."""
    wanted, frame, level = users_frame(), sys._getframe(1), 1
    while frame is not wanted and frame.f_back is not None:
        frame, level = frame.f_back, level + 1
    return level


def shorten_all(names: dict[str, Any], but: Container[str] = ()) -> None:
    """Have every error that leaves a module's public functions, or methods of its public classes, come shortened.

    Functions that call `shorten` themselves stay as they are: those for which a call more counts.

    Args:
        names: the module's `globals()`; public are those of `__all__`, or without it all that do not begin with `_`.
        but: names of functions and methods to leave as they are.
    """
    module = names["__name__"]
    public = names.get("__all__") or [name for name in names if not name.startswith("_")]
    for name in {*public, "__getattr__"} & names.keys():
        found = names[name]
        if getattr(found, "__module__", None) != module or name in but:
            continue
        if isinstance(found, FunctionType):
            names[name] = shortening(found)
        elif inspect.isclass(found) and not issubclass(found, tuple | BaseException):
            _shorten_methods(found, but)


def _shorten_methods(cls: type, but: Container[str]) -> None:
    for name, found in list(vars(cls).items()):
        is_special = name.startswith("__") and name.endswith("__") and name not in _NEVER_RAISING
        if name in but or (name.startswith("_") and not is_special):
            continue
        if isinstance(found, FunctionType):
            setattr(cls, name, shortening(found))
        elif isinstance(found, staticmethod | classmethod) and isinstance(found.__func__, FunctionType):
            setattr(cls, name, type(found)(shortening(found.__func__)))
        elif isinstance(found, property) and isinstance(found.fget, FunctionType):
            setattr(cls, name, property(shortening(found.fget), found.fset, found.fdel, found.__doc__))


def shortening(function: F) -> F:
    """Give a function that does the same, and shortens what it raises; for those that a public function gives."""
    if "shorten" in function.__code__.co_names:
        return function
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def call(*args: Any, **kwargs: Any) -> Any:
            try:
                return await function(*args, **kwargs)
            except BaseException as error:
                shorten(error)
                raise

    elif inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                return (yield from function(*args, **kwargs))
            except BaseException as error:
                shorten(error)
                raise

    else:

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except BaseException as error:
                shorten(error)
                raise

    return call  # type: ignore[return-value]  # it takes and gives the same


def _shown_link(error: BaseException) -> BaseException | None:
    """Give the error that Python prints before this one."""
    if error.__cause__ is not None:
        return error.__cause__
    return None if error.__suppress_context__ else error.__context__


def _is_internal(error: BaseException) -> bool:
    """Tell whether an error was raised and caught inside us. One that was not raised here is somebody's cause."""
    return error.__traceback__ is not None and users_frames(error.__traceback__) is None


def _root(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]
