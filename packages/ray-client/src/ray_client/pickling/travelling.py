"""What goes to the cluster by value, since nobody there has this package, and is pickled again there as it is here.

Everything in here may be read by a driver of any release, and by workers, with cloudpickle alone.
"""

from __future__ import annotations

import contextvars
import functools
import importlib
import io
import pickle
import queue
import sys
import threading
from types import FunctionType, MethodType
from typing import Any, Final

from ray_client.pickling.travelling_module import TravellingModule, anchor, hand_out, own_of, put, shared_of


class TravellingLock:
    """Stands for a lock in a process of the cluster: pickled again, as the driver does, it is a new one again."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._lock = getattr(threading, kind)()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._kind,)

    def acquire(self, *arguments: Any, **named: Any) -> Any:
        return self._lock.acquire(*arguments, **named)

    def release(self) -> None:
        self._lock.release()

    def call(self, name: str, *arguments: Any) -> Any:
        return getattr(self._lock, name)(*arguments)

    def __getattr__(self, name: str) -> Any:
        getattr(self.__dict__["_lock"], name)
        # Not the lock's own method, which conditions keep, and which could not be pickled again.
        return functools.partial(self.call, name)

    def __enter__(self) -> Any:
        return self._lock.__enter__()

    def __exit__(self, *error: object) -> None:
        self._lock.__exit__(*error)


class TravellingLocal(threading.local):
    """Values of each thread: none of them travels."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), ()


class TravellingQueue(queue.SimpleQueue):  # type: ignore[type-arg]
    """A `SimpleQueue`, which does not tell what is in it: pickled, it is an empty one."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), ()


class TravellingContextVar:
    """Stands for a context variable, with its default and no value."""

    def __init__(self, name: str, default: dict[str, Any]) -> None:
        self._made_from = name, default
        self._variable: contextvars.ContextVar[Any] = contextvars.ContextVar(name, **default)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._made_from

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_variable"], name)


class StandIn:
    """Stands for what could not travel: passing it on does no harm, and using it says what it is."""

    def __init__(self, name: str, reason: str, found_by: tuple[Any, ...] = (), lacking: str | None = None) -> None:
        vars(self).update(_name=name, _reason=reason, _found_by=found_by, _lacking=lacking)

    def __reduce__(self) -> tuple[Any, ...]:
        # What is missing on the driver may be there on a worker.
        return (find, self._found_by) if self._found_by else (type(self), (self._name, self._reason, (), self._lacking))

    def __repr__(self) -> str:
        return f"<stand-in for {self._name}, which could not travel: {self._reason}>"

    def refuse(self, *_arguments: Any, **_named: Any) -> Any:
        text = f"{self._name} was used on the cluster, where it is a stand-in, as it could not travel: {self._reason}"
        if self._lacking:
            raise ModuleNotFoundError(text, name=self._lacking)
        error: Any = pickle.PicklingError(
            f"{text}; make it inside the task, or have its module on the cluster by runtime_env={{'py_modules': [...]}}"
        )
        error.stand_in_reason = self._reason  # for whatever is to be made of it
        raise error

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):  # protocols probe for these
            raise AttributeError(name)
        self.refuse()

    __call__ = __setattr__ = __delattr__ = __getitem__ = __setitem__ = __delitem__ = __contains__ = refuse
    __iter__ = __next__ = __len__ = __bool__ = __int__ = __float__ = __index__ = __enter__ = __exit__ = refuse
    __await__ = __aiter__ = __anext__ = __aenter__ = __aexit__ = __fspath__ = __bytes__ = refuse
    __lt__ = __le__ = __gt__ = __ge__ = __instancecheck__ = __subclasscheck__ = __mro_entries__ = refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = refuse
    __floordiv__ = __mod__ = __pow__ = __matmul__ = __neg__ = __or__ = __ror__ = __and__ = __xor__ = refuse


#: What was made by half, and cannot say so itself; why.
spoiled: list[tuple[Any, str]] = []


def find(module_name: str, qualname: str, name: str) -> Any:
    """Give a module, or a name in it; a stand-in where that is missing."""
    try:
        found: Any = importlib.import_module(module_name)
        for part in filter(None, qualname.split(".")):
            found = getattr(found, part)
    except Exception as exc:  # noqa: BLE001 - importing runs the module, and anything may come of it
        reason = f"it is looked for on the cluster, and there: {type(exc).__name__}: {exc}"
        lacking = exc.name if isinstance(exc, ModuleNotFoundError) else None
        return StandIn(name, reason, (module_name, qualname, name), lacking)
    return found


def make(maker: Any, arguments: tuple[Any, ...], name: str) -> Any:
    """Give what `maker` makes; a stand-in if that fails."""
    try:
        return maker(*arguments)
    except Exception as exc:  # noqa: BLE001 - it is the user's own code: anything
        lacking = [part for part in (maker, *arguments) if isinstance(part, StandIn)]
        return instead(name, exc, lacking)


def instead(name: str, error: Exception, lacking: list[StandIn]) -> StandIn:
    """Give the stand-in for what could not be made: of what it lacked, if it is that."""
    if lacking:
        first = vars(lacking[0])
        return StandIn(name, first["_reason"], (), first["_lacking"])
    reason = getattr(error, "stand_in_reason", None)
    return StandIn(name, reason or f"making it on the cluster failed: {type(error).__name__}: {error}")


def fill(target: Any, contents: tuple[str, Any, Any, Any, Any]) -> None:
    """Give state and items to what `make` gave; if that fails, a stand-in takes its place."""
    name, set_state, state, items, pairs = contents
    if isinstance(target, StandIn):
        return
    try:
        for item in items:
            target.append(item)
        for key, value in pairs:
            target[key] = value
        if state is None:
            return
        if set_state is not None:
            set_state(target, state)
        elif hasattr(target, "__setstate__"):
            target.__setstate__(state)
        else:
            own, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
            if own:
                vars(target).update(own)
            for slot, value in (slots or {}).items():
                setattr(target, slot, value)
            lacking = [value for value in {**(own or {}), **(slots or {})}.values() if isinstance(value, StandIn)]
            if lacking and hasattr(type(target), "__del__"):  # cleaning up would use what is lacking
                spoil(target, lacking[0])
    except Exception as exc:  # noqa: BLE001 - it is the user's own code: anything
        spoil(target, instead(name, exc, []))


def spoil(target: Any, stand_in: StandIn) -> None:
    """Have what was made by half say so when it is used."""
    try:
        object.__setattr__(target, "__class__", StandIn)
        vars(target).clear()
        vars(target).update(vars(stand_in))
    except (TypeError, AttributeError):  # it is a class, or laid out in a way of its own
        spoiled.append((target, vars(stand_in)["_reason"]))


class Nothing(io.RawIOBase):
    """A file that keeps nothing."""

    def write(self, data: Any) -> int:
        return len(data)


def make_trial(pickler: Any) -> Any:
    """Give a pickler that goes on where something cannot be pickled; `faults` takes why. Modules it passes over."""

    class Trial(pickler):  # type: ignore[misc]  # which one it is depends on the process
        def reducer_override(self, obj: Any) -> Any:
            if isinstance(obj, TravellingModule) or type(obj).__module__.partition(".")[0] == "ray":
                return int, ()
            try:
                self.faults += [reason for target, reason in spoiled if target is obj]
                reduced = super().reducer_override(obj)
                if reduced is NotImplemented and not issubclass(type(obj), (type, FunctionType)):
                    reducer = self.dispatch_table.get(type(obj))
                    reduced = obj.__reduce_ex__(5) if reducer is None else reducer(obj)
            except Exception as exc:  # noqa: BLE001 - pickling runs the user's own code: anything
                self.faults.append(f"it cannot be sent on by the driver: {type(exc).__name__}: {exc}")
                return int, ()
            return reduced

    trial = Trial(Nothing(), protocol=5, buffer_callback=lambda buffer: False)
    trial.faults = []
    return trial


def settle(modules: list[Any]) -> None:
    """Put stand-ins for globals that were made, and that the driver could not pickle for a worker."""
    cloudpickle: Any = sys.modules.get("ray.cloudpickle") or importlib.import_module("cloudpickle")
    is_settled = False
    while not is_settled:
        is_settled, trial = True, make_trial(cloudpickle.CloudPickler)
        for module in modules:
            for name, value in list(shared_of(module).items()):
                if name == "__builtins__":
                    continue
                try:
                    trial.dump(value)
                    reason = next(iter(trial.faults), "")
                except Exception as exc:  # noqa: BLE001 - as above
                    reason = f"it cannot be sent on by the driver: {type(exc).__name__}: {exc}"
                if reason:
                    is_settled, trial = False, make_trial(cloudpickle.CloudPickler)
                    replace(module, name, StandIn(f"{module.__name__}.{name}", reason))


def replace(module: Any, name: str, stand_in: StandIn) -> None:
    """Put a stand-in for a global of a module, and of its functions, which have globals of their own."""
    value = shared_of(module)[name]
    put(module, name, stand_in)
    contents = list(shared_of(module).values())
    classes = [each for each in contents if isinstance(each, type)]
    for function in [*contents, *(each for holder in classes for each in vars(holder).values())]:
        if isinstance(function, FunctionType) and function.__globals__.get(name) is value:
            function.__globals__[name] = stand_in


def make_cache(function: Any, maxsize: Any, typed: bool, attributes: dict[str, Any]) -> Any:
    """Give the function with an empty cache in front, as `functools.lru_cache` does."""
    cached: Any = functools.lru_cache(maxsize, typed)(function)
    vars(cached).update(attributes)
    # Its type's own way to be pickled is by name, which only the client has.
    cached.__reduce_ex__ = lambda protocol: (make_cache, (function, maxsize, typed, attributes))
    return cached


def make_cached_property(function: Any, name: str | None, text: str | None) -> Any:
    """Give what `functools.cached_property` makes, with a lock that travels where it has one: until Python 3.11."""
    made: Any = functools.cached_property(function)
    made.attrname, made.__doc__ = name, text
    if hasattr(made, "lock"):
        made.lock = TravellingLock("RLock")
    return made


def make_named(module_name: str, name: str, maker: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Give what is pickled by its name otherwise, such as a `ParamSpec`."""
    made = maker(*arguments, **named)
    made.__module__ = module_name
    made.__reduce_ex__ = lambda protocol: (make_named, (module_name, name, maker, arguments, named))
    return made


class TravellingDispatch:
    """Does what a function of `functools.singledispatch` does, which holds weak references."""

    _real: Any = None

    def __setstate__(self, state: tuple[Any, dict[Any, Any]]) -> None:
        vars(self).update(_state=state)

    def __reduce__(self) -> tuple[Any, ...]:
        function, kinds = self._state
        return TravellingDispatch, (), (function, {**kinds, **dict(self._dispatcher().registry)})

    def _dispatcher(self) -> Any:
        # Not earlier: what it consists of may refer to it, and not be complete.
        if self._real is None:
            function, kinds = self._state
            real: Any = functools.singledispatch(function)
            for kind, implementation in kinds.items():
                real.register(kind, implementation)
            self._real = real
        return self._real

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._dispatcher()(*arguments, **named)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __getattr__(self, name: str) -> Any:
        if "_state" not in vars(self):
            raise AttributeError(name)
        return getattr(self._dispatcher(), name)


#: The name of a module that nobody has: so cloudpickle takes these by value, here, on the driver and on workers.
SENT_MODULE: Final = "ray-client-sent"

KIT: Final[tuple[Any, ...]] = (
    *(TravellingModule, TravellingLock, TravellingLocal, TravellingQueue, TravellingContextVar),
    *(TravellingDispatch, StandIn),
    *(anchor, own_of, shared_of, hand_out, put),
    *(find, make, instead, fill, spoil, Nothing, make_trial, settle, replace),
    *(make_cache, make_cached_property, make_named),
)

for _part in KIT:
    _part.__module__ = SENT_MODULE
    for _method in vars(_part).values() if isinstance(_part, type) else ():
        if isinstance(_method, FunctionType):
            _method.__module__ = SENT_MODULE
