"""A function to its source with what it refers to, and back."""

from __future__ import annotations

import builtins
from types import CellType, CodeType, FunctionType
from typing import Any

from ray_client_proto.code import kept
from ray_client_proto.code.build import FunctionSource, compile_source
from ray_client_proto.code.compare import referenced_globals
from ray_client_proto.code.errors import cannot_carry
from ray_client_proto.code.locate import Adjust, Found, NotFoundError, find
from ray_client_proto.code.sent import SourceLines, with_lines
from ray_client_proto.code.syntax import unknown_to

#: Attributes that can be set, beside those of its own.
_SETTABLE = ("__name__", "__qualname__", "__module__", "__doc__", "__defaults__", "__kwdefaults__", "__annotations__")


def locate_source(function: FunctionType, other: tuple[int, int], adjust: Adjust) -> Found:
    """Give a function's source, which the other Python can read so far as this one knows.

    Raises:
        SourceError: there is none, it is not what runs, or the other Python does not know its syntax.
    """
    code = function.__code__
    what = f"the function {function.__qualname__!r} ({code.co_filename}:{code.co_firstlineno})"
    try:
        found = find(code, function.__globals__, adjust)
    except NotFoundError as exc:
        raise cannot_carry(what, str(exc), other) from None
    unknown = unknown_to(other, found.source)
    if unknown:
        raise cannot_carry(what, f"its source is not for that one either: {unknown}", other)
    return found


def state_of(function: FunctionType, code: CodeType, submodules: Any) -> dict[str, Any]:
    """Give what `fill_function` puts into the function once it is there, so that it may refer to itself."""
    module_globals = function.__globals__
    closure = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            closure[name] = cell.cell_contents
        except ValueError:  # empty: not assigned yet, or deleted
            continue
    return {
        "kind": "function",
        "globals": {name: module_globals[name] for name in referenced_globals(code) if name in module_globals},
        "closure": closure,
        "attributes": dict(function.__dict__),
        "settable": {name: getattr(function, name) for name in _SETTABLE},
        "submodules": submodules,  # to have them imported there
    }


def make_function(fields: dict[str, Any], module_globals: dict[str, Any], adjust: Adjust) -> FunctionType:
    """Give the function, which `fill_function` makes complete. Functions of one module share its globals.

    Raises:
        SourceError: this Python does not know the syntax, or the text holds no such function.
    """
    source = FunctionSource.from_wire(fields)
    lines = SourceLines(source.file, source.line, source.lines())
    code = with_lines(adjust(compile_source(source)), lines)
    kept.keep(source)
    lines.show()
    module_globals["__builtins__"] = builtins.__dict__
    closure = tuple(CellType() for _ in code.co_freevars)
    return FunctionType(code, module_globals, source.name, None, closure or None)


def fill_function(function: FunctionType, state: dict[str, Any]) -> None:
    """Give a function everything that `state_of` named."""
    function.__globals__.update(state["globals"])
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        if name in state["closure"]:
            cell.cell_contents = state["closure"][name]
    function.__dict__.update(state["attributes"])
    for name, value in state["settable"].items():
        setattr(function, name, value)
