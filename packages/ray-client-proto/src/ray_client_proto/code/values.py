"""Values of the standard library that one minor version pickles in a way that another cannot read."""

from __future__ import annotations

import dataclasses
import functools
import typing
from typing import Any, Final

_FIELD_PARTS: Final = ("init", "repr", "hash", "compare", "kw_only", "default", "default_factory")


def reduce_value(obj: Any) -> Any:
    """Give how to pickle a value so that every minor version can read it, or None: as it is."""
    reducer = _REDUCERS.get(type(obj))
    return None if reducer is None else reducer(obj)


def _reduce_field(field: Any) -> tuple[Any, ...]:
    # Newer ones have more parts; what one Python knows of a field all of them know.
    state = {name: getattr(field, name) for name in (*_FIELD_PARTS, "name", "type", "_field_type", "metadata")}
    return dataclasses.field, (), (None, state)


def _reduce_cached_property(cached: Any) -> tuple[Any, ...]:
    # Until 3.11 it holds a lock.
    return functools.cached_property, (cached.func,), {"attrname": cached.attrname, "__doc__": cached.__doc__}


def _reduce_forward_ref(ref: typing.ForwardRef) -> tuple[Any, ...]:
    # It holds byte code.
    return typing.ForwardRef, (ref.__forward_arg__,)


_REDUCERS: Final[dict[type, Any]] = {
    # There is one, but pickling makes more of it, and those come back from workers.
    type(dataclasses.MISSING): lambda _: (getattr, (dataclasses, "MISSING")),
    type(dataclasses._FIELD): lambda kind: (getattr, (dataclasses, kind.name)),  # type: ignore[attr-defined]
    dataclasses.Field: _reduce_field,
    functools.cached_property: _reduce_cached_property,
    typing.ForwardRef: _reduce_forward_ref,
}
