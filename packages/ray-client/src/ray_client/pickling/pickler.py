"""Pickle with handles as tokens (docs/protocol.md, rules T1 to T9)."""

from __future__ import annotations

import io
import linecache
import pickle
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import CodeType, FunctionType, ModuleType
from typing import Any

import cloudpickle

from ray_client.errors import PicklingError, RayClientError
from ray_client.names import MIRRORED
from ray_client.pickling.asserts import PYTEST_MODULE, AssertTexts, without_marks
from ray_client.pickling.class_hooks import with_quiet_hooks
from ray_client.pickling.custom import SERIALIZERS
from ray_client.pickling.locality import Shipped, travels_by_value
from ray_client.pickling.modules import TopLocks, reduce_module
from ray_client.pickling.payload import OUT_OF_BAND_BYTES, Pickled
from ray_client_proto.code.carrier import Carrier
from ray_client_proto.code.errors import SourceError
from ray_client_proto.code.imports import for_cluster
from ray_client_proto.code.sent import with_own_lines, with_real_file
from ray_client_proto.wire import tokens

#: What a reducer gives: a token function and its arguments.
Token = tuple[Callable[..., Any], tuple[Any, ...]]


@dataclass(frozen=True)
class TokenTable:
    """What a session's pickler knows of the rest of this package."""

    #: Handle type -> how to make its token.
    makers: Mapping[type, Callable[[Any], Token]]
    #: Public class or function of this package -> module and name of its counterpart in `ray`.
    #: A function, since it takes a while and few pickles need it.
    counterparts: Callable[[], Mapping[Any, tuple[str, str]]]
    #: Sends code as source, if the minor version of the cluster's Python is another one; None if byte code may travel.
    carrier: Carrier | None = None
    #: What the cluster finds in the session's `working_dir` and `py_modules`.
    shipped: Shipped = field(default_factory=dict)


_CODE = (type, FunctionType)
_PARTS = 6  #: of what cloudpickle gives for a class or a function by value
# Modules that we had cloudpickle take by value; its own table, which is the process's, has the user's wishes too.
_registered: set[str] = set()
# Values of these types are their own pickle: no handle can hide in them, so no Python runs for them.
_ATOMS = frozenset({int, float, bool, str, bytes, type(None)})


class SessionPickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle ships no types
    """Writes one value. Handles become tokens, and code of the user's own project goes along."""

    def __init__(self, file: io.BytesIO, table: TokenTable, buffers: list[memoryview]) -> None:
        def keep_large(buffer: pickle.PickleBuffer) -> bool:
            try:
                view = buffer.raw()
            except BufferError:  # not contiguous: pickle copies it into the stream
                return True
            if view.nbytes < OUT_OF_BAND_BYTES:
                return True
            buffers.append(view)
            return False

        super().__init__(file, protocol=5, buffer_callback=keep_large)
        self._table = table
        self._locks: TopLocks | None = None
        self.carried: dict[str, ModuleType] = {}  #: the user's own modules whose contents went along

    def reducer_override(self, obj: Any) -> Any:
        # Called for everything but plain values and containers, so the common case is one lookup on
        # the exact type: handle classes are final.
        make_token = self._table.makers.get(type(obj))
        if make_token is not None:
            return make_token(obj)
        custom = SERIALIZERS.get(type(obj))
        if custom is not None:
            return custom.deserialize, (custom.serialize(obj),)
        if isinstance(obj, _CODE):
            if (obj.__module__ or "").startswith("ray_client"):
                counterpart = self._table.counterparts().get(obj)
                if counterpart is not None:
                    return tokens.ray_global, counterpart
            else:
                self._carry_along(obj.__module__)
        elif type(obj) is CodeType:
            if self._table.carrier is None:
                code = with_own_lines(for_cluster(obj))
                return with_real_file(code, self.dispatch_table[CodeType])
        elif type(obj) is ModuleType:
            if (module := self._reduce_module(obj)) is not None:
                return module
        elif self._locks is not None and (lock := self._locks.reduce(obj)) is not None:
            return lock
        reduced = super().reducer_override(obj)
        if isinstance(obj, _CODE) and isinstance(reduced, tuple) and len(reduced) == _PARTS:
            reduced = _for_elsewhere(obj, reduced)
        carrier = self._table.carrier
        return reduced if carrier is None else carrier.reduce(obj, reduced, self.dispatch_table)

    def _reduce_module(self, module: ModuleType) -> tuple[Any, ...] | None:
        """Give what stands for a module of this package, or makes one of the user's own; None: cloudpickle knows."""
        top, _, inner = module.__name__.partition(".")
        if top == "ray_client":
            if inner and inner.partition(".")[0] not in MIRRORED:
                # It is not meant: code that says `options` makes cloudpickle think of our module of that name.
                return ModuleType, (module.__name__,)
            return tokens.ray_module, ("ray" + module.__name__[len("ray_client") :],)
        if module.__name__ == PYTEST_MODULE:
            return AssertTexts, ()
        self._carry_along(module.__name__)
        return reduce_module(module, self._can_travel) if module.__name__ in self.carried else None

    def _carry_along(self, module_name: str | None) -> None:
        """Have cloudpickle pickle a module's contents by value if the cluster cannot have it."""
        if module_name is None or module_name in self.carried:
            return
        module = travels_by_value(module_name, self._table.shipped)
        if module is not None:
            self.carried[module_name] = module
            self._locks = self._locks or TopLocks()
            self._locks.take(module)
            _registered.add(module_name)
            cloudpickle.register_pickle_by_value(module)
        elif module_name in _registered and module_name in sys.modules:
            # For another session, whose cluster does not have it.
            _registered.discard(module_name)
            with suppress(ValueError):  # the user did it first
                cloudpickle.unregister_pickle_by_value(sys.modules[module_name])

    def _can_travel(self, value: object) -> bool:
        try:
            dump(value, self._table)
        except RayClientError:
            return False
        return True


def _for_elsewhere(code: type | FunctionType, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Give how to pickle a function or a class that is to be used in another process."""
    make, arguments, (attributes, slots), *rest = reduced
    attributes = without_marks(attributes)
    if isinstance(code, type):
        attributes = with_quiet_hooks(code, attributes)
    else:
        linecache.lazycache(code.__code__.co_filename, code.__globals__)  # source that only a loader has, as of zips
    return make, arguments, (attributes, slots), *rest


def dump(value: Any, table: TokenTable) -> Pickled:
    """Give the pickle of a value.

    Raises:
        PicklingError: some part of it cannot be pickled; the cause says which.
        WrongSessionError: it holds a handle of another session.
    """
    file, buffers = io.BytesIO(), list[memoryview]()
    try:
        pickler = SessionPickler(file, table, buffers)
        pickler.dump(value)
    except RayClientError:
        raise
    except SourceError as exc:
        raise PicklingError(exc.what, exc.reason, exc.advice) from exc
    except Exception as exc:  # pickling runs the user's own __reduce__ and __getstate__: anything
        raise PicklingError(f"a value of type {type(value).__qualname__}", f"{type(exc).__name__}: {exc}") from exc
    return Pickled(file.getvalue(), buffers, tuple(pickler.carried.values()))


def dump_arguments(args: tuple[Any, ...], kwargs: dict[str, Any], table: TokenTable) -> Pickled:
    """Give the pickle of a call's arguments; raises as `dump` does."""
    if not kwargs and all(type(arg) in _ATOMS for arg in args):
        return Pickled(pickle.dumps((args, kwargs), 5), [])
    return dump((args, kwargs), table)
