"""Modules of the user's own, by value: with what is in them, so far as it can travel."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any, Final

log = logging.getLogger(__name__)

#: What the other side has of its own, or does not need.
_LEFT_OUT: Final = frozenset(("__builtins__", "__cached__", "__loader__", "__spec__"))
_PLAIN: Final = (type, FunctionType, ModuleType, int, float, complex, str, bytes, type(None))

#: A lock at the top of a module cannot travel, and need not: each process there gets its own.
_LOCKS: Final[dict[type, str]] = {type(threading.Lock()): "Lock", type(threading.RLock()): "RLock"}


class TravellingLock:
    """Stands for a lock in a process of the cluster: pickled again, as the driver does, it is a new one again."""

    def __init__(self, kind: str) -> None:
        import threading  # this goes by value, and alone

        self._kind = kind
        self._lock = getattr(threading, kind)()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._kind,)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_lock"], name)

    def __enter__(self) -> Any:
        return self._lock.__enter__()

    def __exit__(self, *error: object) -> None:
        self._lock.__exit__(*error)


# A module that nobody has: so cloudpickle takes the class by value, here and on the driver.
for _part in (TravellingLock, *filter(callable, vars(TravellingLock).values())):
    _part.__module__ = "ray-client-lock"


class TopLocks:
    """The locks at the top of modules that go along."""

    def __init__(self) -> None:
        self._ids: set[int] = set()

    def take(self, module: ModuleType) -> None:
        """Take note of a module's locks."""
        self._ids.update(id(value) for value in vars(module).values() if type(value) in _LOCKS)

    def reduce(self, obj: object) -> tuple[Any, ...] | None:
        """Give what makes a new lock in the place of one of these; None for anything else."""
        return (TravellingLock, (_LOCKS[type(obj)],)) if type(obj) in _LOCKS and id(obj) in self._ids else None


def reduce_module(module: ModuleType, can_travel: Callable[[object], bool]) -> tuple[Any, ...]:
    """Give what makes the module anew. What of it cannot travel is left out: mostly nobody on the cluster wants it."""
    state = {}
    for name, value in vars(module).items():
        if name in _LEFT_OUT:
            continue
        if isinstance(value, _PLAIN) or type(value) in _LOCKS or can_travel(value):
            state[name] = value
        else:
            log.debug("module.left_out module=%s name=%s type=%s", module.__name__, name, type(value).__qualname__)
    return ModuleType, (module.__name__,), state
