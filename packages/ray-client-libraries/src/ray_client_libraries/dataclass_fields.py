"""Dataclasses of the libraries: `dataclasses.fields`, `replace` and `asdict` know them, with a session and without.

In a session each field is an attribute of the object in the driver. Without one, what was only described has the values
that it was given, and the defaults; what a library computes is described in its turn.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable
from typing import Any, Final

from ray_client.handles import current
from ray_client_libraries.held import Held, Here, hold
from ray_client_libraries.places import Place, Recipe, call

_FACTORIES: Final = {"list": list, "dict": dict, "set": set}
_ASKED: Final = (
    "ray_client asks"  #: in a field's metadata: what an instance has without an argument, its class computes
)


def add(cls: Any, entry: dict[str, Any]) -> None:
    """Make a class a dataclass, by what the manifest says of its fields."""
    specs = [(name, Any, _field(cls, name, *rest)) for name, *rest in entry["f"]]
    options: dict[str, Any] = {"frozen": entry.get("z", False), "repr": entry.get("y", False)}
    model: Any = dataclasses.make_dataclass(cls.__name__, specs, init=False, eq=False, **options)
    type.__setattr__(cls, "ray_here", OfDataclass())
    cls.__dataclass_params__ = model.__dataclass_params__
    cls.__dataclass_fields__ = model.__dataclass_fields__
    positional = [field for field in dataclasses.fields(model) if field.init and not field.kw_only]
    type.__setattr__(cls, "__match_args__", tuple(field.name for field in positional))
    cls.__replace__ = lambda self, /, **changes: dataclasses.replace(self, **changes)  # of `copy.replace`
    for field in dataclasses.fields(model):
        if field.default is not dataclasses.MISSING and not field.metadata:
            setattr(cls, field.name, field.default)
    if "__eq__" in entry.get("s", ()) and "__eq__" not in entry.get("o", ()):
        cls.__eq__, cls.__hash__ = _equal(cls.__eq__), cls.__hash__


def _field(cls: Any, name: str, flags: str, default: Any = None) -> Any:
    options: dict[str, Any] = {"init": "i" not in flags, "kw_only": "k" in flags, "repr": "r" not in flags}
    if "a" in flags or "u" in flags:
        options["metadata"] = {_ASKED: True}
    if "f" in flags:
        options["default_factory"] = _FACTORIES[default]
    elif "d" in flags:
        options["default"] = default
    elif "u" in flags:
        options["default"] = _described(_described(cls, "__dataclass_fields__", getattr), name, operator.getitem)
        options["default"] = _described(options["default"], "default", getattr)
    return dataclasses.field(compare="c" not in flags, **options)


def _described(target: Any, name: str, ask: Callable[[Any, str], Any]) -> Any:
    """Give a part of something, as described."""
    return hold(Held, Recipe(ask, (target, name), {}))


class OfDataclass(Here):
    """What such a class does here: without a session it knows its fields."""

    def check(self, cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if "ray_name" not in vars(cls):  # the user's own, with an initializer of its own
            return
        positional = cls.__match_args__
        wrong = next((name for name in kwargs if name not in cls.__dataclass_fields__), None)
        if wrong is not None:
            raise TypeError(f"{cls.__qualname__}.__init__() got an unexpected keyword argument {wrong!r}")
        if len(args) > len(positional):
            most = len(positional) + 1
            raise TypeError(
                f"{cls.__qualname__}.__init__() takes at most {most} positional arguments, {len(args) + 1} given"
            )

    def described(self, held: Held, place: Recipe, name: str) -> Any:
        if name in place.changes:
            return place.changes[name]
        cls: Any = type(held)
        given = {**dict(zip(cls.__match_args__, place.args, strict=False)), **place.kwargs}
        if name in given:
            return given[name]
        field = cls.__dataclass_fields__[name]
        if field.metadata.get(_ASKED):
            return _described(held, name, getattr)
        if field.default_factory is not dataclasses.MISSING:
            value = place.changes[name] = field.default_factory()
            place.steps.append(("__setattr__", (name, value), {}))  # with what is put into it until then
            return value
        if field.default is dataclasses.MISSING:
            raise KeyError(name)
        return field.default

    def shown(self, held: Held, place: Recipe, show: Callable[[Any], str]) -> str:
        if place.is_under_way:  # whoever pickles it may ask
            return ""
        if (session := current.find_session()) is not None:
            return str(call(session, show, held))
        cls: Any = type(held)
        if not cls.__dataclass_params__.repr:
            return ""
        parts = [f"{field.name}={getattr(held, field.name)!r}" for field in dataclasses.fields(cls) if field.repr]
        return f"{type(held).__qualname__}({', '.join(parts)})"

    def attributes(self, held: Held) -> dict[str, Any]:
        if isinstance(held._place, Recipe) and current.find_session() is None:
            cls: Any = type(held)
            return {field.name: getattr(held, field.name) for field in dataclasses.fields(cls)}
        return super().attributes(held)


def _equal(ask: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Give the `__eq__` of a dataclass; `ask` is the driver's."""

    def __eq__(self: Any, other: Any) -> Any:  # noqa: N807 - it is one
        if current.find_session() is not None or isinstance(self._place, Place):
            return ask(self, other)
        if type(other) is not type(self):
            return NotImplemented
        if isinstance(other._place, Place):
            return ask(self, other)
        names = [field.name for field in dataclasses.fields(type(self)) if field.compare]
        return all(_same(getattr(self, name), getattr(other, name)) for name in names)

    return __eq__


def _same(one: Any, another: Any) -> bool:
    """Tell whether two values of a field are equal; what is computed from nothing given is, too."""
    if type(one) is Held and type(another) is Held and isinstance(one._place, Recipe):
        return isinstance(another._place, Recipe) and one._place.args[1:] == another._place.args[1:]
    return bool(one == another)
