"""Tell what a code object does, so far as sending its source needs it."""

from __future__ import annotations

import dis
import inspect
import sys
from collections.abc import Iterator
from types import CodeType
from typing import Any, Final

from ray_client_proto.code.sent import own_constants

# Whether a code is nested hangs on what its source is wrapped in, and `types.coroutine` sets the other one later.
IGNORED_FLAGS: Final = inspect.CO_NESTED | inspect.CO_ITERABLE_COROUTINE

# Until 3.10 the qualified names of nested functions are constants.
_HAS_NAMES_IN_CONSTANTS: Final = sys.version_info < (3, 11)

# A class body, and what stands in for one since 3.12, looks its globals up by name.
_GLOBAL_READS: Final = frozenset({"LOAD_GLOBAL", "STORE_GLOBAL", "DELETE_GLOBAL", "LOAD_NAME"}) | {
    "LOAD_FROM_DICT_OR_GLOBALS"
}


def is_same(one: CodeType, other: CodeType) -> bool:
    """Tell whether two codes do the same, wherever they stand."""
    return _shape(one) == _shape(other) and _are_same(own_constants(one), own_constants(other))


def _shape(code: CodeType) -> tuple[Any, ...]:
    return (
        code.co_name,
        code.co_argcount,
        code.co_posonlyargcount,
        code.co_kwonlyargcount,
        code.co_flags & ~IGNORED_FLAGS,
        code.co_code,
        code.co_names,
        code.co_varnames,
        code.co_freevars,
        code.co_cellvars,
    )


def _are_same(one: Any, other: Any) -> bool:
    """Compare constants: 1, 1.0 and True are equal, and not the same."""
    if type(one) is not type(other):
        return False
    if isinstance(one, CodeType):
        return is_same(one, other)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(_are_same, one, other))
    if isinstance(one, frozenset):
        return sorted(map(repr, one)) == sorted(map(repr, other))
    if isinstance(one, str):
        return bool(one == other) or (_HAS_NAMES_IN_CONSTANTS and _is_same_name(one, other))
    return repr(one) == repr(other)


def _is_same_name(one: str, other: str) -> bool:
    return "<locals>." in one and "<locals>." in other and one.rpartition(".")[2] == other.rpartition(".")[2]


def within(code: CodeType) -> Iterator[CodeType]:
    """Give a code and every code inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from within(constant)


def referenced_globals(code: CodeType) -> list[str]:
    """Give the global names that a code reads or writes, in a fixed order; some may be builtins."""
    names: dict[str, None] = {}
    for part in within(code):
        for instruction in dis.get_instructions(part):
            if instruction.opname in _GLOBAL_READS:
                names[instruction.argval] = None
    return list(names)
