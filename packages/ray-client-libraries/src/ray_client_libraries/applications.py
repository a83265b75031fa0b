"""What Serve pickles of an application and nothing else does: locks, which go new, and what Starlette keeps for it."""

from __future__ import annotations

import contextlib
import sys
import threading
import typing
from collections import ChainMap
from collections.abc import Callable
from types import FunctionType
from typing import Any, Final

#: How instances of a class are pickled.
_REDUCERS: Final[dict[type, Callable[[Any], tuple[Any, ...]]]] = {
    type(threading.Lock()): lambda _: (threading.Lock, ()),
    type(threading.RLock()): lambda _: (threading.RLock, ()),
}


def allow() -> None:
    """Have this process pickle them, from its first deployment on, as Ray does; may be repeated."""
    from ray_client.pickling.pickler import SessionPickler  # loads cloudpickle

    if (starlette := sys.modules.get("starlette.datastructures")) is not None:
        _REDUCERS[starlette.State] = lambda state: (type(state), (state._state,))
    if SessionPickler.dispatch_table.maps[0] is not _REDUCERS:
        SessionPickler.dispatch_table = ChainMap(_REDUCERS, *SessionPickler.dispatch_table.maps)


def settle(cls: Any) -> None:
    """Have the routes of a class say their annotations as what they are: texts mean something in its module alone."""
    for route in vars(cls).values() if isinstance(cls, type) else ():
        if isinstance(route, FunctionType):
            with contextlib.suppress(Exception):  # a name that only type checkers know, as FastAPI passes over it
                route.__annotations__ = typing.get_type_hints(route, include_extras=True)
