"""Why a value cannot be pickled: which of its parts is at fault."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from ray_client.tracebacks import shorten_all

__all__ = ["FailureTuple", "inspect_serializability"]


class FailureTuple:
    """A part that cannot be pickled: the object, the names that lead to it, and what it is a part of."""

    def __init__(self, obj: Any, path: tuple[str, ...], parent: Any) -> None:
        self.obj = obj
        self.path = path
        self.parent = parent

    def __repr__(self) -> str:
        name = self.path[-1] if self.path else "unknown"
        return f"FailTuple({name} [path={' -> '.join(self.path)}, obj={self.obj}, parent={self.parent}])"


def inspect_serializability(
    base_obj: Any, name: str | None = None, depth: int = 3, print_file: TextIO | None = None
) -> tuple[bool, set[FailureTuple]]:
    """Tell whether an object can be sent to the cluster, and if not, which parts of it cannot.

    Args:
        base_obj: a value, a function or a class.
        name: what to call it.
        depth: how far to go into parts of parts.
        print_file: where the search is written; None: to standard output.
    """
    search = _Search(print_file)
    search.say(0, f"Checking Serializability of {base_obj}")
    is_fine = search.check(base_obj, (name,) if name else (), None, depth)
    search.conclude()
    return is_fine, search.failures


class _Search:
    """One search; `failures` are the innermost parts that were found to be at fault."""

    def __init__(self, file: TextIO | None) -> None:
        self.failures: set[FailureTuple] = set()
        self._file = file
        self._dump = _make_dump()
        self._inside: list[int] = []  # ids of what is being looked into: an object may be part of itself

    def check(self, obj: Any, path: tuple[str, ...], parent: Any, depth: int) -> bool:
        """Tell whether an object can be pickled; look for the fault inside it if not."""
        indent = len(self._inside)
        try:
            self._dump(obj)
        except Exception as exc:  # noqa: BLE001 - pickling runs the user's own __reduce__ and __getstate__: anything
            self.say(indent, f"!!! FAIL serialization of {path[-1] if path else obj!r}: {exc}")
        else:
            return True
        if depth <= 0 or not self._look_inside(obj, path, depth):
            self.failures.add(FailureTuple(obj, path, parent))
        return False

    def _look_inside(self, obj: Any, path: tuple[str, ...], depth: int) -> bool:
        """Tell whether a part of it is at fault; the first one ends the search."""
        self._inside.append(id(obj))
        try:
            return any(
                not self.check(part, (*path, name), obj, depth - 1)
                for name, part in _parts(obj)
                if id(part) not in self._inside
            )
        finally:
            self._inside.pop()

    def conclude(self) -> None:
        """Write what was found."""
        for failure in self.failures:
            self.say(0, f"{failure} was found to be non-serializable.")

    def say(self, indent: int, text: str) -> None:
        """Write a line."""
        print("    " * indent + text, file=self._file)


def _parts(obj: Any) -> Iterator[tuple[str, Any]]:
    """Give what goes along when an object is pickled, as far as that can be seen from outside."""
    if inspect.isfunction(obj):
        closure = inspect.getclosurevars(obj)
        yield from closure.globals.items()
        yield from closure.nonlocals.items()
        return
    if isinstance(obj, dict):
        yield from ((repr(key), value) for key, value in obj.items())
    elif isinstance(obj, (list, tuple, set, frozenset)):
        yield from ((f"[{index}]", value) for index, value in enumerate(obj))
    members = getattr(obj, "__dict__", {})
    for name, value in dict(members).items():
        if not (name.startswith("__") and name.endswith("__")) and not inspect.isbuiltin(value):
            yield name, value
    if not inspect.isclass(obj) and type(obj).__module__ == "__main__":
        yield type(obj).__name__, type(obj)  # it travels by value


def _make_dump() -> Callable[[Any], object]:
    """Give what pickles as a call would: with the session's handles, if one is open."""
    from ray_client.api.counterparts import counterparts
    from ray_client.handles.current import find_session
    from ray_client.handles.tokens import token_makers
    from ray_client.pickling.pickler import TokenTable, dump

    session = find_session()
    table = TokenTable({} if session is None else token_makers(session), counterparts)
    return lambda value: dump(value, table)


shorten_all(globals())
