"""Classes whose methods are generated: each Python makes its own, from the same description."""

from __future__ import annotations

import collections
import dataclasses
import inspect
import sys
import typing
from types import FunctionType
from typing import Any, Final

# What `dataclass` takes in every Python that we know, and remembers.
_OPTIONS: Final = ("init", "repr", "eq", "order", "unsafe_hash", "frozen")
_METHODS: Final = (
    *("__init__", "__repr__", "__eq__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__"),
    *("__setattr__", "__delattr__", "__replace__"),
)
_PROTOCOL_NOTES: Final = ("__protocol_attrs__", "__callable_proto_members_only__", "__non_callable_proto_members__")
_TUPLE_METHODS: Final = ("__new__", "__repr__", "__getnewargs__", "__replace__", "_make", "_replace", "_asdict")
_TUPLE_FIELDS: Final = ("_fields", "_field_defaults", "__match_args__", "__slots__")


def is_dataclass(namespace: dict[str, Any]) -> bool:
    """Tell whether a class's own dictionary is that of a dataclass, and does not merely inherit from one."""
    return "__dataclass_params__" in namespace and "__dataclass_fields__" in namespace


def take_dataclass(namespace: dict[str, Any]) -> dict[str, Any]:
    """Take what was generated out of a dataclass's dictionary, and give what `give_dataclass` makes it again from."""
    generated = [name for name in _METHODS if _is_generated(namespace.get(name))]
    init = inspect.unwrap(namespace["__init__"]) if "__init__" in generated else None
    parameters = namespace.pop("__dataclass_params__")
    for name in generated:
        del namespace[name]
    return {
        "options": {name: bool(getattr(parameters, name)) for name in _OPTIONS},
        "methods": generated,
        "has_post_init": init is not None and "__post_init__" in init.__code__.co_names,
    }


def _is_generated(method: Any) -> bool:
    if not isinstance(method, FunctionType):
        return False
    function = inspect.unwrap(method)
    return bool(function.__code__.co_filename == "<string>" or function.__module__ == dataclasses.__name__)


def give_dataclass(cls: Any, description: dict[str, Any]) -> None:
    """Generate the methods of a dataclass whose `__dataclass_fields__` are there.

    They are made for a class that has all of the fields itself, so nothing need be known of the bases.
    """
    fields: dict[str, Any] = cls.__dict__["__dataclass_fields__"]
    namespace: dict[str, Any] = {"__module__": "<dataclass>", "__qualname__": cls.__qualname__, "__annotations__": {}}
    for name, field in fields.items():
        kind = field._field_type.name
        if kind == "_FIELD_CLASSVAR":
            continue
        # Types are written down, never used; so those which cannot be found here do no harm.
        namespace["__annotations__"][name] = dataclasses.InitVar[object] if kind == "_FIELD_INITVAR" else object
        namespace[name] = dataclasses.field(
            **{name: getattr(field, name) for name in ("init", "repr", "hash", "compare", "kw_only")},
            default=field.default,
            default_factory=field.default_factory,
        )
    if description["has_post_init"]:
        namespace["__post_init__"] = None
    model: Any = dataclasses.dataclass(**description["options"])(type(cls.__name__, (), namespace))
    for name in description["methods"]:
        if name in model.__dict__:
            setattr(cls, name, _rebound(model.__dict__[name], model, cls))
    if "__replace__" in model.__dict__ and "__replace__" not in cls.__dict__:
        cls.__replace__ = model.__dict__["__replace__"]
    cls.__dataclass_params__ = model.__dict__["__dataclass_params__"]
    init = cls.__dict__.get("__init__")
    if "__init__" in description["methods"] and init is not None:
        init.__annotations__ = {
            **{name: field.type for name, field in fields.items() if name in init.__annotations__},
            "return": None,
        }


def _rebound(method: Any, model: type, cls: type) -> Any:
    """Have a generated method mean the class itself where it means its model; a frozen class's `__setattr__` does."""
    for cell in getattr(method, "__closure__", None) or ():
        if cell.cell_contents is model:
            cell.cell_contents = cls
    return method


def is_namedtuple(cls: type) -> bool:
    """Tell whether `namedtuple` or `NamedTuple` made a class, and it does not merely inherit from such a one."""
    return cls.__bases__ == (tuple,) and "_fields" in cls.__dict__ and "_make" in cls.__dict__


def take_namedtuple(namespace: dict[str, Any]) -> dict[str, Any]:
    """Take what was generated out of a named tuple's dictionary, and give what `make_namedtuple` needs."""
    fields = namespace["_fields"]
    defaults = namespace.get("_field_defaults", {})
    for name in (*_TUPLE_METHODS, *_TUPLE_FIELDS, *fields):
        namespace.pop(name, None)
    namespace.pop("__orig_bases__", None)
    return {"_fields": tuple(fields), "_field_defaults": dict(defaults)}


def make_namedtuple(name: str, _bases: tuple[type, ...], namespace: dict[str, Any]) -> type:
    """Give a named tuple's class; called in place of its metaclass."""
    make: Any = collections.namedtuple
    defaults = [*namespace["_field_defaults"].values()]
    made: type = make(name, namespace["_fields"], defaults=defaults, module=namespace.get("__module__"))
    return made


def take_protocol(namespace: dict[str, Any]) -> None:
    """Take out of a protocol's dictionary what each Python finds out by itself, if it keeps it at all."""
    for name in _PROTOCOL_NOTES:
        namespace.pop(name, None)


def give_protocol(cls: Any) -> None:
    """Note of a protocol, once its members are there, what this Python notes when it makes one."""
    find_members = getattr(typing, "_get_protocol_attrs", None)
    if sys.version_info >= (3, 12) and find_members is not None:
        cls.__protocol_attrs__ = find_members(cls)
        cls.__callable_proto_members_only__ = all(callable(getattr(cls, name, None)) for name in cls.__protocol_attrs__)
    if cls.__dict__.get("_is_runtime_protocol"):
        typing.runtime_checkable(cls)
