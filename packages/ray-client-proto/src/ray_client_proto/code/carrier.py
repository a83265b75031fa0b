"""What a pickler asks where the two Pythons differ, and what reads its tokens (docs/protocol.md, T10 and T11)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ray_client_proto.code import classes, functions, generated
from ray_client_proto.code.errors import cannot_carry
from ray_client_proto.code.locate import Adjust
from ray_client_proto.code.values import reduce_value
from ray_client_proto.wire import tokens


def foreign_minor(version: str) -> tuple[int, int] | None:
    """Give the minor version of the other side's Python if it is not this one's; None too if it is not said.

    >>> foreign_minor("2.7.18")
    (2, 7)
    >>> foreign_minor("")
    """
    parts = version.split(".")
    if len(parts) < 2 or not (parts[0].isdecimal() and parts[1].isdecimal()):
        return None
    minor = int(parts[0]), int(parts[1])
    return None if minor == sys.version_info[:2] else minor


def as_it_is(code: CodeType) -> CodeType:
    """Give the code itself: on the client built code stays what it is."""
    return code


class Carrier:
    """Turns what cloudpickle would send as byte code into source; one for each session."""

    def __init__(self, other: tuple[int, int], adjust: Adjust = as_it_is) -> None:
        self._other, self._adjust = other, adjust

    def reduce(self, obj: Any, reduced: Any, dispatch: Mapping[type, Callable[[Any], Any]]) -> Any:
        """Give how to pickle an object.

        Args:
            obj: the object.
            reduced: what cloudpickle's `reducer_override` gave for it; `NotImplemented` stands for its usual way.
            dispatch: cloudpickle's reducers for single types.

        Raises:
            SourceError: it has code whose source cannot be sent.
        """
        if type(obj) is FunctionType:
            return self._reduce_function(obj, reduced) if isinstance(reduced, tuple) else reduced
        if type(obj) is ModuleType:
            return _reduce_module(dispatch[ModuleType](obj))
        if type(obj) is CodeType:
            what = f"the code {obj.co_name!r} ({obj.co_filename}:{obj.co_firstlineno})"
            raise cannot_carry(what, "a code without its function has no source", self._other)
        if isinstance(reduced, tuple) and len(reduced) == 6:
            return _reduce_class(obj, reduced)
        value = reduce_value(obj)
        return reduced if value is None else value

    def _reduce_function(self, function: FunctionType, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
        found = functions.locate_source(function, self._other, self._adjust)
        # cloudpickle has one dictionary for all functions of a module, and knows which submodules they use.
        module_globals, submodules = reduced[1][1], reduced[2][1]["_cloudpickle_submodules"]
        state = functions.state_of(function, found.code, submodules)
        arguments = (found.source.to_wire(), module_globals)
        return tokens.source_function, arguments, state, None, None, tokens.source_state


def _reduce_class(cls: type, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    make, arguments, (namespace, _), *_ = reduced
    arguments, state = classes.take_apart(cls, arguments, namespace, tokens.source_class)
    return make, arguments, state, None, None, tokens.source_state


def _reduce_module(reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    make, arguments = reduced[:2]
    if len(arguments) == 1:  # by name
        return reduced
    name, contents = arguments
    # How it was loaded means nothing elsewhere. The rest comes after the module, which it may refer to.
    contents = {key: value for key, value in contents.items() if key not in ("__spec__", "__loader__", "__cached__")}
    return make, (name, {}), {"kind": "module", "contents": contents}, None, None, tokens.source_state


def _fill(target: Any, state: dict[str, Any]) -> None:
    if state["kind"] == "function":
        functions.fill_function(target, state)
    elif state["kind"] == "class":
        classes.fill_class(target, state)
    else:
        target.__dict__.update(state["contents"])


def readers(adjust: Adjust = as_it_is) -> dict[str, Callable[..., Any]]:
    """Give what stands for the tokens of source when a pickle is read."""
    return {
        "source_function": partial(functions.make_function, adjust=adjust),
        "source_state": _fill,
        "source_class": generated.make_namedtuple,
    }
