"""How to pickle what cloudpickle cannot, or would by a name that only this machine has."""

from __future__ import annotations

import contextvars
import copyreg
import functools
import queue
import sys
import threading
import typing
from collections import deque
from collections.abc import Callable, Container
from types import CellType, FunctionType, ModuleType
from typing import Any, Final

from ray_client.pickling.travelling import (
    TravellingContextVar,
    TravellingDispatch,
    TravellingLocal,
    TravellingLock,
    TravellingQueue,
    make_cache,
    make_cached_property,
    make_named,
)

Reduced = tuple[Any, ...]


def _reduce_condition(condition: threading.Condition) -> Reduced:
    # Threads that wait here wait for nobody there.
    return _new, (threading.Condition,), {**vars(condition), "_waiters": deque()}


def _reduce_queue(jobs: queue.Queue[Any]) -> Reduced:
    # Made there, it has what queues of that Python have.
    return type(jobs), (jobs.maxsize,), dict(vars(jobs))


_new: Final[Callable[..., Any]] = copyreg.__newobj__  # type: ignore[attr-defined]  # no stub has it

#: Each process has its own; so where one belongs to code, and not to a value, a new one goes.
_OF_EACH_PROCESS: Final[dict[type, Callable[[Any], Reduced]]] = {
    type(threading.Lock()): lambda _: (TravellingLock, ("Lock",)),
    type(threading.RLock()): lambda _: (TravellingLock, ("RLock",)),
    threading.local: lambda _: (TravellingLocal, ()),
    threading.Condition: _reduce_condition,
    **dict.fromkeys((queue.Queue, queue.LifoQueue, queue.PriorityQueue), _reduce_queue),
    queue.SimpleQueue: lambda _: (TravellingQueue, ()),
    contextvars.ContextVar: lambda variable: (TravellingContextVar, (variable.name, _default(variable))),
}
#: They hold some of these.
_HOLDERS: Final = (threading.Condition, threading.Event, threading.Semaphore, threading.Barrier, queue.Queue)
_DISPATCH_CODE: Final = functools.singledispatch(lambda _: None).__code__  # type: ignore[attr-defined]
_CACHED_FUNCTION: Final = type(functools.lru_cache(lambda: None))
#: What update_wrapper and lru_cache itself put there, and put there again.
_CACHE_ATTRIBUTES: Final = frozenset((*functools.WRAPPER_ASSIGNMENTS, "__wrapped__", "cache_parameters"))


class ProcessOwned:
    """Locks, thread-local values and the like of code that goes along: new ones go in their place."""

    def __init__(self) -> None:
        self._ids: set[int] = set()
        self._taken: set[int] = set()

    def take(self, code: ModuleType | type | FunctionType) -> None:
        """Take note of those of a module, and of the classes and functions at its top."""
        if id(code) in self._taken:
            return
        self._taken.add(id(code))
        values = list(vars(code).values())
        if isinstance(code, FunctionType):
            values += (*(code.__defaults__ or ()), *(code.__kwdefaults__ or {}).values())
            values += map(_content, code.__closure__ or ())
        for value in values:
            if not self._take_value(value) and _is_of(code, value):
                self.take(value)

    def _take_value(self, value: object) -> bool:
        """Take note of a value, and of what it holds, if it is one of these; tell whether it is."""
        if type(value) in _OF_EACH_PROCESS:
            self._ids.add(id(value))
        elif not issubclass(type(value), _HOLDERS):
            return False
        if issubclass(type(value), _HOLDERS):
            for part in vars(value).values():
                self._take_value(part)
        return True

    def reduce(self, obj: object, is_any: bool) -> Reduced | None:
        """Give what makes a new one in the place of one of these, or of `is_any`; None for anything else."""
        reducer = _OF_EACH_PROCESS.get(type(obj))
        return reducer(obj) if reducer is not None and (is_any or id(obj) in self._ids) else None


def _is_of(code: ModuleType | type | FunctionType, value: Any) -> bool:
    """Tell whether a value is a class or function of a module, or of a class of that module."""
    if isinstance(code, FunctionType) or not issubclass(type(value), (type, FunctionType)):
        return False
    return bool(value.__module__ == getattr(code, "__module__", code.__name__))


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return None


def _default(variable: contextvars.ContextVar[Any]) -> dict[str, Any]:
    try:
        return {"default": contextvars.Context().run(variable.get)}
    except LookupError:
        return {}


def is_dispatch(obj: object) -> bool:
    """Tell whether `functools.singledispatch` made a function."""
    return type(obj) is FunctionType and obj.__code__ is _DISPATCH_CODE


def reduce_special(obj: Any, by_value: Container[str]) -> Reduced | None:
    """Give how to pickle an object that has a way of its own; None for others, and what the cluster has by its name.

    Args:
        obj: the object.
        by_value: names of modules whose contents go along.
    """
    if is_dispatch(obj):
        return None if _is_there(obj, by_value) else _reduce_dispatch(obj)
    if type(obj) is functools.singledispatchmethod:
        # Some Pythons have a cache for it, which holds weak references; with None they do without.
        return _new, (functools.singledispatchmethod,), {**vars(obj), "_method_cache": None}
    if type(obj) is functools.cached_property:
        return make_cached_property, (obj.func, obj.attrname, obj.__doc__)
    reducer = _REDUCERS.get(type(obj))
    return None if reducer is None or _is_there(obj, by_value) else reducer(obj)


def _is_there(obj: Any, by_value: Container[str]) -> bool:
    """Tell whether the cluster finds an object by its name."""
    module = getattr(obj, "__module__", None)
    found: Any = sys.modules.get(module) if isinstance(module, str) else None
    if found is None or module == "__main__" or module in by_value:
        return False
    for part in getattr(obj, "__qualname__", obj.__name__).split("."):
        found = getattr(found, part, None)
    return found is obj


def _reduce_dispatch(obj: Any) -> Reduced:
    kinds = {kind: implementation for kind, implementation in obj.registry.items() if kind is not object}
    return TravellingDispatch, (), (obj.dispatch(object), kinds)


def _reduce_cache(obj: Any) -> Reduced:
    attributes = {name: value for name, value in vars(obj).items() if name not in _CACHE_ATTRIBUTES}
    attributes.pop("__reduce_ex__", None)
    parameters = obj.cache_parameters()
    return make_cache, (obj.__wrapped__, parameters["maxsize"], parameters["typed"], attributes)


def _reduce_new_type(obj: Any) -> Reduced:
    return make_named, (obj.__module__, obj.__name__, typing.NewType, (obj.__name__, obj.__supertype__), {})


def _reduce_type_parameter(obj: Any) -> Reduced:
    return make_named, (obj.__module__, obj.__name__, type(obj), (obj.__name__,), {})


_REDUCERS: Final[dict[type, Callable[[Any], Reduced]]] = {
    _CACHED_FUNCTION: _reduce_cache,
    typing.NewType: _reduce_new_type,
    typing.ParamSpec: _reduce_type_parameter,
}
if sys.version_info >= (3, 11):
    _REDUCERS[typing.TypeVarTuple] = _reduce_type_parameter

#: Types of which an object may have a way of its own.
SPECIAL: Final = frozenset((functools.cached_property, functools.singledispatchmethod, *_OF_EACH_PROCESS, *_REDUCERS))
