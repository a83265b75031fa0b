"""A module of the user's own on the cluster. It goes along by value, as all in `travelling` does."""

from __future__ import annotations

from types import FunctionType, ModuleType
from typing import Any

#: Names of a module's globals that may be bound anew by its functions; None: any of them.
Rebound = tuple[str, ...] | None


def anchor() -> None:
    """Lead by its globals to those of a module's functions: a pickler gives all of them the same ones."""


def own_of(module: ModuleType) -> dict[str, Any]:
    """Give the dict in which Python itself looks for a module's attributes."""
    descriptor: Any = vars(ModuleType)["__dict__"]
    own: dict[str, Any] = descriptor.__get__(module)
    return own


def shared_of(module: ModuleType) -> dict[str, Any]:
    """Give the dict that a module's functions have as globals."""
    shared: dict[str, Any] = own_of(module)["__ray_client_globals__"]
    return shared


def hand_out(module: Any) -> dict[str, Any]:
    """Give the dict that a module's functions have as globals to somebody who may write into it."""
    own, shared = own_of(module), shared_of(module)
    if own["__ray_client_rebound__"] is not None:
        own["__ray_client_rebound__"] = None
        for name in [name for name in own if not name.startswith("__")]:
            del own[name]
    return shared


def put(module: ModuleType, name: str, value: Any) -> None:
    """Bind a global of a module, for its functions and for others."""
    own = own_of(module)
    own["__ray_client_globals__"][name] = value
    rebound = own["__ray_client_rebound__"]
    if rebound is not None and name not in rebound:
        own[name] = value


class TravellingModule(ModuleType):
    """A module of the user's own. Unlike a plain one it may hold itself, and each thing in it is pickled once.

    cloudpickle makes a dict in each process that its functions have as globals, and no module can be made around one.
    So that dict is the one that counts, and `__dict__` too. Names that nobody binds anew stand in the module's own
    as well, where they are found without a detour.
    """

    __getattribute__ = object.__getattribute__  # the one of modules takes three times as long beside `__getattr__`
    __dict__ = property(hand_out)

    def __init__(self, name: str) -> None:
        ModuleType.__init__(self, name)
        own_of(self).update(__ray_client_globals__={"__name__": name}, __ray_client_rebound__=None)

    def __setstate__(self, state: tuple[dict[str, Any], Any, Rebound]) -> None:
        contents, there, rebound = state
        shared = there if isinstance(there, dict) else there.__globals__
        own_of(self).update(__ray_client_globals__=shared, __ray_client_rebound__=rebound)
        for name, value in contents.items():
            if name.startswith("__"):
                own_of(self)[name] = value
            put(self, name, shared.get(name, value))

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        own, shared = own_of(self), shared_of(self)
        contents = {name: value for name, value in shared.items() if name not in ("__builtins__", "__loader__")}
        there = FunctionType(anchor.__code__, shared, "anchor")
        there.__module__ = anchor.__module__
        return type(self), (self.__name__,), (contents, there, own["__ray_client_rebound__"])

    def __getattr__(self, name: str) -> Any:
        shared = shared_of(self)
        try:
            return shared[name]
        except KeyError:
            pass
        if "__getattr__" in shared:
            return shared["__getattr__"](name)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}", name=name, obj=self)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("__class__", "__dict__", "__annotations__"):
            ModuleType.__setattr__(self, name, value)
            return
        if name.startswith("__"):
            own_of(self)[name] = value
        put(self, name, value)

    def __delattr__(self, name: str) -> None:
        places = [place for place in (own_of(self), shared_of(self)) if name in place]
        if not places:
            raise AttributeError(f"'module' object has no attribute {name!r}", name=name, obj=self)
        for place in places:
            place.pop(name, None)
