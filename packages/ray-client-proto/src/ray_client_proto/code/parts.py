"""What an object is pickled with, by names that its author knows."""

from __future__ import annotations

import functools
import inspect
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import FunctionType, MethodType, ModuleType
from typing import Any, Final, NamedTuple

from ray_client_proto.code.compare import referenced_globals
from ray_client_proto.wire import tokens

Part = tuple[str, Any]

#: How many objects are looked at before it is given up to find one.
MAX_OBJECTS: Final = 1_000_000
_ATOMS: Final = frozenset((int, float, complex, bool, str, bytes, bytearray, type(None)))
_OF_EVERY_CLASS: Final = frozenset(("__dict__", "__weakref__", "__module__", "__doc__", "__qualname__", "_abc_impl"))


#: The names that lead to an object, the last one first: each object of a long chain has one more than that before it.
Way = tuple["Way", str] | None


class Found(NamedTuple):
    """An object, the way that leads to it, and why it cannot be pickled, if it cannot."""

    way: Way
    obj: Any
    error: Exception | None = None

    def __str__(self) -> str:
        names, way = [], self.way
        while way is not None:
            way, name = way
            names.append(name)
        return " -> ".join(reversed(names))


class Parts:
    """Takes objects apart as a pickler would.

    Args:
        reduce: what the pickler's `reducer_override` does.
        dispatch: the pickler's reducers for single types.
    """

    def __init__(self, reduce: Callable[[Any], Any], dispatch: Mapping[type, Callable[[Any], Any]]) -> None:
        self._reduce, self._dispatch = reduce, dispatch

    def reduced(self, obj: Any) -> Any:
        """Give how an object is pickled: a tuple as of `__reduce__`, or a name; `NotImplemented` for code by its name.

        Raises:
            Exception: it cannot be pickled.
        """
        reduced = self._reduce(obj)
        if reduced is NotImplemented:
            if issubclass(type(obj), (type, FunctionType)):
                return reduced
            reducer = self._dispatch.get(type(obj))
            reduced = obj.__reduce_ex__(pickle.HIGHEST_PROTOCOL) if reducer is None else reducer(obj)
        is_usable = isinstance(reduced, tuple) and 2 <= len(reduced) <= 6 and isinstance(reduced[1], tuple)
        if not is_usable and not isinstance(reduced, str):
            raise pickle.PicklingError(f"__reduce__ of {type(obj).__qualname__} gave {reduced!r}")
        return reduced

    def walk(self, start: Iterable[Part], seen: set[int]) -> Iterator[Found]:
        """Give every object that is pickled with some, nearest first.

        Modules are not entered, nor objects `seen` before.
        """
        kept: list[Any] = []  # no other object must get the id of one that was seen
        left = deque[tuple[Way, Any]]((_extended(None, name), part) for name, part in start)
        while left and len(seen) < MAX_OBJECTS:
            way, obj = left.popleft()
            if type(obj) in _ATOMS or id(obj) in seen or issubclass(type(obj), ModuleType):
                continue
            seen.add(id(obj))
            kept.append(obj)
            try:
                parts = list(self.of(obj))
            except Exception as exc:  # noqa: BLE001 - pickling runs the user's own __reduce__ and __getstate__: anything
                yield Found(way, obj, exc)
                continue
            yield Found(way, obj)
            left.extend((_extended(way, name), part) for name, part in parts)

    def of(self, obj: Any) -> Iterator[Part]:
        """Give what an object is pickled with; raises as `reduced` does."""
        container = _CONTAINERS.get(type(obj))
        if container is not None:
            yield from container(obj)
            return
        reduced = self.reduced(obj)
        if not isinstance(reduced, tuple):
            return
        parts = _PARTS.get(type(obj))
        if reduced[0] is tokens.ray_global:  # the name of a class or function, whatever stands for it here
            return
        if parts is not None:
            yield from parts(obj)
        elif issubclass(type(obj), type):
            yield from _class_parts(obj)
        else:
            yield from _reduced_parts(*reduced)

    def fault(self, start: Iterable[Part]) -> Found | None:
        """Give the nearest part of some that cannot be pickled, if one is found."""
        return next((found for found in self.walk(start, set()) if found.error is not None), None)


def _extended(way: Way, name: str) -> Way:
    return (way, name) if name else way


def _function_parts(function: FunctionType) -> Iterator[Part]:
    code = function.__code__
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield f"closure variable `{name}`", cell.cell_contents
        except ValueError:  # not assigned yet
            continue
    for name in referenced_globals(code):
        if name in function.__globals__:
            yield f"global `{name}`", function.__globals__[name]
    defaults = function.__defaults__ or ()
    names = code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount]
    for name, value in (*zip(names, defaults, strict=True), *(function.__kwdefaults__ or {}).items()):
        yield f"default of `{name}`", value
    yield from _attributes(vars(function))
    for name, value in inspect.get_annotations(function).items():
        yield f"annotation of `{name}`", value


def _class_parts(cls: type) -> Iterator[Part]:
    yield from _attributes({name: value for name, value in vars(cls).items() if name not in _OF_EVERY_CLASS})
    for base in (*cls.__bases__, type(cls)):
        yield f"class `{base.__name__}`", base


def _reduced_parts(
    maker: Any, arguments: tuple[Any, ...], state: Any = None, items: Any = None, pairs: Any = None, setter: Any = None
) -> Iterator[Part]:
    if isinstance(state, tuple) and len(state) == 2 and all(isinstance(part, (dict, type(None))) for part in state):
        for part in state:
            yield from _attributes(part or {})
    elif isinstance(state, dict):
        yield from _attributes(state)
    else:
        yield "state", state
    yield from _numbered(items or ())
    yield from _keyed(pairs or ())
    yield "", maker
    yield "", setter
    for number, argument in enumerate(arguments):
        is_class = issubclass(type(argument), type)
        yield f"class `{argument.__name__}`" if is_class else f"part {number}", argument


def _attributes(named: Mapping[Any, Any]) -> Iterator[Part]:
    return ((f"attribute `{name}`", value) for name, value in dict(named).items())


def _numbered(values: Iterable[Any]) -> Iterator[Part]:
    return ((f"item {number}", value) for number, value in enumerate(values))


def _keyed(pairs: Iterable[tuple[Any, Any]]) -> Iterator[Part]:
    for key, value in pairs:
        if type(key) not in _ATOMS:
            yield f"key of type {type(key).__qualname__}", key
        yield f"item {key!r}" if type(key) in _ATOMS else "item", value


_CONTAINERS: Final[dict[type, Callable[[Any], Iterator[Part]]]] = {
    **dict.fromkeys((list, tuple, set, frozenset), _numbered),
    dict: lambda mapping: _keyed(list(mapping.items())),
}
_PARTS: Final[dict[type, Callable[[Any], Iterator[Part]]]] = {
    FunctionType: _function_parts,
    MethodType: lambda method: iter((("instance", method.__self__), ("", method.__func__))),
    classmethod: lambda method: iter((("", method.__func__),)),
    staticmethod: lambda method: iter((("", method.__func__),)),
    property: lambda found: iter((("getter", found.fget), ("setter", found.fset), ("deleter", found.fdel))),
    functools.partial: lambda made: iter(
        (("function", made.func), *_numbered(made.args), *_keyed(made.keywords.items()), *_attributes(vars(made)))
    ),
}
