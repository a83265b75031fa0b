"""Modules of the user's own that go along as a whole: after the value that needs them, each thing in them once.

What is pickled before them is used for certain, and has to travel. What only they hold may not be used at all: where it
cannot travel, a stand-in does.
"""

from __future__ import annotations

import logging
import operator
import pickle
import sys
from collections.abc import Callable, Container, Mapping
from types import FunctionType, ModuleType
from typing import Any, Final

from ray_client.pickling.payload import OUT_OF_BAND_BYTES
from ray_client.pickling.rebound import rebound_in
from ray_client.pickling.sizes import LIMIT, Sizes, mebibytes
from ray_client.pickling.travelling import KIT, SENT_MODULE, StandIn, fill, find, make, settle
from ray_client.pickling.travelling_module import TravellingModule
from ray_client_proto.code.parts import Parts
from ray_client_proto.wire import tokens

log = logging.getLogger(__name__)

Reduced = tuple[Any, ...]

#: What the other side has of its own, or does not need.
_LEFT_OUT: Final = frozenset(("__builtins__", "__cached__", "__loader__", "__spec__"))
_ATOMS: Final = frozenset((int, float, complex, bool, str, bytes, type(None)))
#: What makes something that never fails for the contents.
_SAFE_MAKERS: Final = frozenset((SENT_MODULE, tokens.MODULE))
#: They look as if they could travel, and mean nothing in another process.
_OF_THIS_PROCESS: Final = (
    *(("threading", "Thread"), ("subprocess", "Popen"), ("multiprocessing.process", "BaseProcess")),
    *(("concurrent.futures", "Executor"), ("concurrent.futures", "Future")),
    *(("asyncio", "AbstractEventLoop"), ("asyncio", "Future")),
    *(("weakref", "WeakKeyDictionary"), ("weakref", "WeakValueDictionary")),
)
_REASON_CHARS: Final = 300


class NeedsModulesError(Exception):
    """A value holds modules of the user's own, so it must be pickled with them."""


class _Round:
    """In a pickle: all modules that were met and are not filled yet, then the round of those that are met in them."""


class _Contents:
    """In a pickle: what a module is filled with."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module


class _Global:
    """In a pickle: a global of a module, to see where it begins."""

    def __init__(self, name: str, value: object) -> None:
        self.name, self.value = name, value


class Whole:
    """A value with modules, to be pickled in its place; one for each pickle.

    Args:
        value: the value.
        reduce: how to pickle an object that has to travel, as a pickler's `reducer_override` says.
        dispatch: the pickler's reducers for single types.
        globals_of: the dict that a module's functions get as globals on the other side.
        by_value: names of modules whose contents go along.
        sizes: counts what is written for each global.
        left_out: globals that are too large, with their sizes.
        broken: globals over which pickle has failed as a whole, with the reasons.
    """

    def __init__(
        self,
        value: object,
        reduce: Callable[[Any], Any],
        dispatch: Any,
        globals_of: Callable[[ModuleType], dict[str, Any]],
        by_value: Container[str],
        sizes: Sizes,
        left_out: Mapping[str, int],
        broken: Mapping[str, str],
    ) -> None:
        self._value, self._reduce, self._dispatch, self._by_value = value, reduce, dispatch, by_value
        self._globals_of = globals_of
        self._sizes, self._left_out, self._broken = sizes, left_out, broken
        self._parts = Parts(reduce, dispatch)
        self._waiting: list[ModuleType] = []
        self._all: list[ModuleType] = []
        self._global = _Global("", None)  # that is being pickled
        self._seen: set[int] = set()
        self._places: dict[int, str] = {}  # of objects in the globals in which something cannot travel
        self.is_lenient = False
        self._markers: dict[type, Callable[[Any], Reduced]] = {
            Whole: self._reduce_whole,
            _Round: self._round,
            _Contents: self._fill,
            _Global: self._begin,
        }
        self._bound = tuple(
            getattr(sys.modules[module], name) for module, name in _OF_THIS_PROCESS if module in sys.modules
        )

    @property
    def dispensable(self) -> str:
        """The name of the global that is being written, if nothing is known to use it; empty otherwise."""
        return self._global.name if self.is_lenient else ""

    def add(self, module: ModuleType) -> Reduced:
        """Give what makes a module; what is in it comes later."""
        self._waiting.append(module)
        return TravellingModule, (module.__name__,)

    def reduce(self, obj: Any) -> Any:
        """Give how to pickle an object."""
        marker = self._markers.get(type(obj))
        if marker is not None:
            return marker(obj)
        return self._reduce_leniently(obj) if self.is_lenient else self._reduce(obj)

    def _reduce_whole(self, _whole: Whole) -> Reduced:
        # In this order, and of all that only the value is left.
        return operator.getitem, ((KIT, self._value, _Round()), 1)

    def _round(self, _round: _Round) -> Reduced:
        self.is_lenient = True
        modules, self._waiting = self._waiting, []
        self._all += modules
        if not modules:
            return settle, (self._all,)
        return operator.getitem, (([_Contents(module) for module in modules], _Round()), 1)

    def _fill(self, marker: _Contents) -> Reduced:
        module = marker.module
        contents = {
            name: value if _is_small(value) else _Global(f"{module.__name__}.{name}", value)
            for name, value in list(vars(module).items())
            if name not in _LEFT_OUT
        }
        return operator.getitem, ((module,), 0), (contents, self._globals_of(module), rebound_in(module))

    def _begin(self, marker: _Global) -> Reduced:
        self._global = marker
        self._sizes.begin(marker.name)
        if marker.name in self._broken:
            return StandIn, (marker.name, self._broken[marker.name])
        if marker.name in self._left_out:
            size = mebibytes(self._left_out[marker.name])
            return StandIn, (marker.name, f"it has {size} or more, and all modules that go along may have {LIMIT}")
        return operator.getitem, ((marker.value,), 0)

    def _reduce_leniently(self, obj: Any) -> Any:
        try:
            if issubclass(type(obj), self._bound):
                raise pickle.PicklingError(f"a {type(obj).__qualname__} belongs to the process that made it")
            reduced = self._completely(obj)
        except Exception as exc:  # noqa: BLE001 - pickling runs the user's own __reduce__ and __getstate__: anything
            return self._stand_in(obj, f"{type(exc).__name__}: {exc}"[:_REASON_CHARS])
        if not isinstance(reduced, tuple) or issubclass(type(obj), (FunctionType, ModuleType)):
            return reduced
        if not issubclass(type(obj), type) and getattr(reduced[0], "__module__", None) in _SAFE_MAKERS:
            return reduced
        maker, arguments, state, items, pairs, set_state = [*reduced, None, None, None, None][:6]
        if state is None and items is None and pairs is None:
            return make, (maker, arguments, self._global.name)
        contents = (self._global.name, set_state, state, list(items or ()), list(pairs or ()))
        return make, (maker, arguments, self._global.name), contents, None, None, fill

    def _stand_in(self, obj: Any, reason: str) -> Reduced:
        marker = self._global
        if id(obj) not in self._places and id(marker) not in self._seen:
            self._seen.add(id(marker))
            for found in self._parts.walk([(marker.name, marker.value)], self._seen):
                self._places[id(found.obj)] = str(found)
        name = self._places.get(id(obj), marker.name)
        log.debug("module.stand_in name=%s reason=%s", name, reason)
        return StandIn, (name, reason)

    def _completely(self, obj: Any) -> Any:
        """Give how to pickle an object, as pickle itself would find out, and where the cluster may lack a name, that.

        Raises:
            Exception: it cannot be pickled.
        """
        if issubclass(type(obj), ModuleType):
            return self._module(obj)
        reduced = self._parts.reduced(obj)
        if reduced is NotImplemented:
            return self._by_name(obj, obj.__qualname__, reduced)
        return self._by_name(obj, reduced, reduced) if isinstance(reduced, str) else reduced

    def _module(self, module: ModuleType) -> Any:
        reduced = self._reduce(module)
        # Whoever says that it goes by its name, cloudpickle or the carrier, takes it for certain that it is there.
        if reduced is not NotImplemented and not reduced[0].__module__.startswith("cloudpickle"):
            return reduced
        name = module.__name__
        if sys.modules.get(name) is not module:  # one that was made by hand
            return self.add(module)
        return self._dispatch[ModuleType](module) if _is_standard(name) else (find, (name, "", self._global.name))

    def _by_name(self, obj: Any, qualname: str, plain: Any) -> Any:
        """Give what finds an object by its name: `plain`, where every Python has it."""
        module: str = getattr(obj, "__module__", None) or pickle.whichmodule(obj, qualname)  # type: ignore[attr-defined]
        if module == "__main__" or module in self._by_value:
            raise pickle.PicklingError(f"it goes by its name, and the cluster has no {module}.{qualname}")
        if module == tokens.MODULE or _is_standard(module):
            return plain
        return find, (module, qualname, self._global.name)


def _is_small(value: object) -> bool:
    return type(value) in _ATOMS and (not isinstance(value, (str, bytes)) or len(value) <= OUT_OF_BAND_BYTES)


def _is_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names
