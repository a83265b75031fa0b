"""A class to its parts and back; its methods travel as functions do."""

from __future__ import annotations

import enum
import weakref
from types import FunctionType
from typing import Any, Final

from ray_client_proto.code import generated

#: What each Python notes of a class on its own, or keeps in a form of its own.
_NOTES: Final = (
    *("__firstlineno__", "__static_attributes__"),
    *("__annotations_cache__", "__annotate_func__", "__annotate__"),
)
_ENUM_MEMBER_NOTES: Final = frozenset({"_value_", "_name_", "__objclass__", "_sort_order_", "_inverted_"})
_WRITTEN_SUNDERS: Final = frozenset({"_missing_", "_numeric_repr_"})
_ENUM_METHODS: Final = ("__new__", "__new_member__", "__reduce_ex__", "__repr__", "__str__", "__format__")

# Classes of this side that went out: when one comes back, it is the class itself, and stays as it is.
_sent: weakref.WeakSet[type] = weakref.WeakSet()
_built: weakref.WeakSet[type] = weakref.WeakSet()


def take_apart(cls: type, make_arguments: tuple[Any, ...], namespace: dict[str, Any], as_tuple: Any) -> tuple[Any, Any]:
    """Give the arguments that make the skeleton of a class, and the state that `fill_class` puts into it.

    Args:
        cls: the class.
        make_arguments: what cloudpickle makes the skeleton from.
        namespace: the class's dictionary, without what cannot travel; it is changed.
        as_tuple: what stands for `make_namedtuple` in the pickle.
    """
    if cls not in _built:
        _sent.add(cls)
    for name in _NOTES:
        namespace.pop(name, None)
    state: dict[str, Any] = {"kind": "class", "qualname": cls.__qualname__, "namespace": namespace}
    if issubclass(cls, enum.Enum):
        members: dict[str, Any] = dict(cls.__members__)
        values = {name: member.value for name, member in members.items()}
        make_arguments = (*make_arguments[:3], values, *make_arguments[4:])
        state["members"] = {name: extras for name, member in members.items() if (extras := _extras(member))}
        for name in [name for name, value in namespace.items() if _belongs_to_enum(name, value, members)]:
            del namespace[name]
    elif generated.is_namedtuple(cls):
        _, name, _bases, options, *rest = make_arguments
        make_arguments = (as_tuple, name, cls.__bases__, {**options, **generated.take_namedtuple(namespace)}, *rest)
    elif generated.is_dataclass(namespace):
        state["dataclass"] = generated.take_dataclass(namespace)
    elif cls.__dict__.get("_is_protocol"):
        for name in [name for name, value in namespace.items() if _module_of(value) == "typing"]:
            del namespace[name]
        generated.take_protocol(namespace)
    return make_arguments, state


def fill_class(cls: Any, state: dict[str, Any]) -> None:
    """Give a class everything that `take_apart` named, unless it is one of this side's own."""
    if cls in _sent:
        return
    _built.add(cls)
    namespace = dict(state["namespace"])
    for base in namespace.pop("_abc_impl", ()):
        cls.register(base)
    for name, value in namespace.items():
        setattr(cls, name, value)
    cls.__qualname__ = state["qualname"]
    for name, extras in state.get("members", {}).items():
        cls.__members__[name].__dict__.update(extras)
    if cls.__dict__.get("_is_protocol"):
        generated.give_protocol(cls)
    if "dataclass" in state:
        generated.give_dataclass(cls, state["dataclass"])


def _extras(member: Any) -> dict[str, Any]:
    """Give what an enum's own `__init__` or `__new__` set on a member."""
    return {name: value for name, value in vars(member).items() if name not in _ENUM_MEMBER_NOTES}


def _belongs_to_enum(name: str, value: Any, members: dict[str, Any]) -> bool:
    """Tell whether the enum's metaclass put a name there: the one of the other Python does it its own way."""
    if name in members or _module_of(value) == "enum":
        return True
    if name.startswith("_") and name.endswith("_") and not name.startswith("__"):
        return name not in _WRITTEN_SUNDERS
    return name in _ENUM_METHODS and not isinstance(value, FunctionType)


def _module_of(value: Any) -> str:
    function = getattr(value, "__func__", value)
    return getattr(function, "__module__", "") or "" if isinstance(function, FunctionType) else ""
