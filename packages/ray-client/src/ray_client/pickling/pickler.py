"""Pickle with handles as tokens (docs/protocol.md, rules T1 to T14)."""

from __future__ import annotations

import io
import linecache
import pickle
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import CodeType, FunctionType, ModuleType
from typing import Any

import cloudpickle

from ray_client.cluster_only import LibraryValue, covers
from ray_client.errors import PicklingError, RayClientError
from ray_client.names import MIRRORED
from ray_client.pickling.asserts import PYTEST_MODULE, AssertTexts, without_marks
from ray_client.pickling.class_hooks import with_quiet_hooks
from ray_client.pickling.custom import SERIALIZERS
from ray_client.pickling.payload import OUT_OF_BAND_BYTES, Apart, Pickled
from ray_client.pickling.sizes import LARGE_BYTES, CountedFile, Sizes, TooLargeError, tell_large
from ray_client.pickling.special import SPECIAL, ProcessOwned, is_dispatch, reduce_special
from ray_client.pickling.whole import NeedsModulesError, Whole
from ray_client_proto.code.carrier import Carrier
from ray_client_proto.code.errors import SourceError
from ray_client_proto.code.imports import for_cluster
from ray_client_proto.code.locality import Shipped, travels_by_value
from ray_client_proto.code.parts import Part, Parts
from ray_client_proto.code.sent import with_own_lines, with_real_file
from ray_client_proto.wire import tokens
from ray_client_proto.wire.unopened import ATOMS, is_too_plain, means_the_same_to_all, untangled

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
    #: Whether the driver takes values that it does not open (rule V5).
    leaves_closed: bool = False


_CODE = (type, FunctionType)
_PARTS = 6  #: of what cloudpickle gives for a class or a function by value
# Modules that we had cloudpickle take by value; its own table, which is the process's, has the user's wishes too.
_registered: set[str] = set()
_ATTEMPTS = 8  # to leave out what is too large


class SessionPickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle ships no types
    """Writes one value. Handles become tokens, and code of the user's own project goes along."""

    def __init__(
        self,
        file: io.BytesIO,
        table: TokenTable,
        buffers: list[memoryview],
        sizes: Sizes | None = None,
        out_of_band_bytes: int = OUT_OF_BAND_BYTES,
    ) -> None:
        def keep_large(buffer: pickle.PickleBuffer) -> bool:
            try:
                view = buffer.raw()
            except BufferError:  # not contiguous: pickle copies it into the stream
                return True
            if view.nbytes < out_of_band_bytes:
                return True
            if sizes is not None:
                sizes.add(view.nbytes)
            buffers.append(view)
            return False

        super().__init__(file, protocol=5, buffer_callback=keep_large)
        self._table = table
        self._owned = ProcessOwned()
        self._whole: Whole | None = None
        self.has_objects = False  #: other than atoms and plain containers of them
        self.carried: dict[str, ModuleType] = {}  #: the user's own modules whose contents went along

    def dump_whole(self, value: Any, sizes: Sizes, left_out: Mapping[str, int], broken: Mapping[str, str]) -> None:
        """Write a value that holds modules of the user's own, and them."""
        self._whole = Whole(
            *(value, self._reduce, self.dispatch_table, self._globals_of), self.carried, sizes, left_out, broken
        )
        self.dump(self._whole)

    def _globals_of(self, module: ModuleType) -> dict[str, Any]:
        """Give the dict that a module's functions get as globals on the other side, as cloudpickle has it."""
        # Not public, but the same in all versions that we support.
        there: dict[str, Any] = self.globals_ref.setdefault(id(vars(module)), {})
        if not there:
            names = ("__package__", "__name__", "__path__", "__file__")
            there.update({name: vars(module)[name] for name in names if name in vars(module)})
        return there

    @property
    def dispensable(self) -> str:
        """The name of the global that is being written, if nothing is known to use it; empty otherwise."""
        return "" if self._whole is None else self._whole.dispensable

    def reducer_override(self, obj: Any) -> Any:
        self.has_objects = True
        return self._reduce(obj) if self._whole is None else self._whole.reduce(obj)

    def _reduce(self, obj: Any) -> Any:
        # Called for everything but plain values and containers, so the common case is one lookup on
        # the exact type: handle classes are final.
        make_token = self._table.makers.get(type(obj))
        if make_token is not None:
            return make_token(obj)
        custom = SERIALIZERS.get(type(obj))
        if custom is not None:
            return custom.deserialize, (custom.serialize(obj),)
        if isinstance(obj, LibraryValue):
            return self._table.makers[LibraryValue](obj)
        if isinstance(obj, _CODE):
            if (stand_in := self._reduce_code(obj)) is not None:
                return stand_in
        elif type(obj) is CodeType:
            if self._table.carrier is None:
                code = with_own_lines(for_cluster(obj))
                return with_real_file(code, self.dispatch_table[CodeType])
        elif type(obj) is ModuleType:
            if (module := self._reduce_module(obj)) is not None:
                return module
        elif type(obj) in SPECIAL and (special := self._reduce_special(obj)) is not None:
            return special
        reduced = super().reducer_override(obj)
        if isinstance(obj, _CODE) and isinstance(reduced, tuple) and len(reduced) == _PARTS:
            reduced = _for_elsewhere(obj, reduced)
        carrier = self._table.carrier
        return reduced if carrier is None else carrier.reduce(obj, reduced, self.dispatch_table)

    def _reduce_code(self, code: Any) -> tuple[Any, ...] | None:
        """Give what stands for a function or class of this package, or of a kind of its own; None: it is neither."""
        if (code.__module__ or "").startswith("ray_client"):
            return self._reduce_own(code)
        self._carry_along(code.__module__)
        return reduce_special(code, self.carried) if is_dispatch(code) else None

    def _reduce_own(self, code: type | FunctionType) -> tuple[Any, ...] | None:
        """Give what a class or function of this package is on the cluster; None if the name of its module says it."""
        if (name := vars(code).get("ray_name")) is not None:
            return tokens.ray_global, name
        if isinstance(code, type) and issubclass(code, type):  # of a class of the user's: that of the real base there
            return type, (type,)
        counterpart = self._table.counterparts().get(code)
        return None if counterpart is None else (tokens.ray_global, counterpart)

    def _reduce_module(self, module: ModuleType) -> tuple[Any, ...] | None:
        """Give what stands for a module of this package, or makes one of the user's own; None: cloudpickle knows."""
        top, _, inner = module.__name__.partition(".")
        if top == "ray_client":
            if inner and inner.partition(".")[0] not in MIRRORED and not covers(module.__name__):
                # It is not meant: code that says `options` makes cloudpickle think of our module of that name.
                return ModuleType, (module.__name__,)
            return tokens.ray_module, ("ray" + module.__name__[len("ray_client") :],)
        if module.__name__ == PYTEST_MODULE:
            return AssertTexts, ()
        self._carry_along(module.__name__)
        if module.__name__ not in self.carried:
            return None
        if self._whole is None:
            raise NeedsModulesError
        return self._whole.add(module)

    def _reduce_special(self, obj: Any) -> tuple[Any, ...] | None:
        owned = self._owned.reduce(obj, self._whole is not None and self._whole.is_lenient)
        if owned is not None:
            return owned
        self._carry_along(getattr(obj, "__module__", None))
        return reduce_special(obj, self.carried)

    def _carry_along(self, module_name: str | None) -> None:
        """Have cloudpickle pickle a module's contents by value if the cluster cannot have it."""
        if module_name is None or module_name in self.carried:
            return
        module = travels_by_value(module_name, self._table.shipped)
        if module is not None:
            self.carried[module_name] = module
            self._owned.take(module)
            _registered.add(module_name)
            cloudpickle.register_pickle_by_value(module)
        elif module_name in _registered and module_name in sys.modules:
            # For another session, whose cluster does not have it.
            _registered.discard(module_name)
            with suppress(ValueError):  # the user did it first
                cloudpickle.unregister_pickle_by_value(sys.modules[module_name])


def _for_elsewhere(code: type | FunctionType, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Give how to pickle a function or a class that is to be used in another process."""
    make, arguments, (attributes, slots), *rest = reduced
    attributes = without_marks(attributes)
    if isinstance(code, type):
        attributes = with_quiet_hooks(code, attributes)
    else:
        linecache.lazycache(code.__code__.co_filename, code.__globals__)  # source that only a loader has, as of zips
    return make, arguments, (attributes, slots), *rest


def dump(value: Any, table: TokenTable, parts: Iterable[Part] = ()) -> Pickled:
    """Give the pickle of a value.

    Args:
        value: the value.
        table: the session's tokens.
        parts: what the value consists of, with names for an error; none: it is the user's own.

    Raises:
        PicklingError: some part of it cannot be pickled; it names the part, and the way to it.
        WrongSessionError: it holds a handle of another session.
    """
    try:
        try:
            pickled = _dump_alone(value, table)
        except NeedsModulesError:
            pickled = _dump_whole(value, table)
    except RayClientError:
        raise
    except Exception as exc:  # pickling runs the user's own __reduce__ and __getstate__: anything
        if hasattr(exc, "recorded_at"):  # of a library: something that was only described was to be made
            raise
        raise _refusal(exc, value, table, parts) from exc
    if isinstance(value, FunctionType) and pickled.size_bytes >= LARGE_BYTES:
        _tell_large(value, table)
    return pickled


def _dump_alone(value: Any, table: TokenTable) -> Pickled:
    file, buffers = io.BytesIO(), list[memoryview]()
    pickler = SessionPickler(file, table, buffers)
    pickler.dump(value)
    return Pickled(file.getvalue(), buffers, tuple(pickler.carried.values()))


def _dump_apart(value: Any, table: TokenTable) -> Pickled:
    """Give the pickle of a value as Ray itself would store it: with all its buffers out of band."""
    file, buffers = io.BytesIO(), list[memoryview]()
    pickler = SessionPickler(file, table, buffers, out_of_band_bytes=0)
    try:
        pickler.dump(untangled(value))
    except NeedsModulesError:
        return _dump_whole(value, table)
    stream = file.getvalue()
    is_for_ray = pickler.has_objects and not isinstance(value, bytes)  # which it stores as plain bytes
    return Pickled(stream, buffers, may_stay_closed=is_for_ray and means_the_same_to_all(stream))


def _dump_whole(value: Any, table: TokenTable) -> Pickled:
    left_out: dict[str, int] = {}
    broken: dict[str, str] = {}
    for _ in range(_ATTEMPTS):
        sizes = Sizes()
        file, buffers = CountedFile(sizes), list[memoryview]()
        pickler = SessionPickler(file, table, buffers, sizes)
        try:
            pickler.dump_whole(value, sizes, left_out, broken)
        except TooLargeError as exc:
            left_out.update(exc.names)
            continue
        except Exception as exc:  # what pickle itself cannot do, such as lists in lists in lists
            if not pickler.dispensable or pickler.dispensable in broken:
                raise
            broken[pickler.dispensable] = f"{type(exc).__name__}: {exc}"
            continue
        sizes.tell(left_out)
        return Pickled(file.getvalue(), buffers, tuple(pickler.carried.values()))
    raise PicklingError(
        *(_describe(value), f"the modules that it needs have too much even without {', '.join(sorted(left_out))}"),
        "have them on the cluster by runtime_env={'py_modules': [...]}",
    )


def _tell_large(function: FunctionType, table: TokenTable) -> None:
    """Log which of the values that a large function refers to make it so."""
    pickler = SessionPickler(io.BytesIO(), table, [])
    for name, part in Parts(pickler.reducer_override, pickler.dispatch_table).of(function):
        with suppress(NeedsModulesError):  # it has a line of its own
            size = _dump_alone(part, table).size_bytes
            if size >= LARGE_BYTES:
                tell_large(f"{name} of {_describe(function)}", size, "it goes along with the function")


def dump_value(value: Any, table: TokenTable) -> Pickled:
    """Give the pickle of a value that is to be stored; raises as `dump` does."""
    found = _argument(value, table)
    if type(found) is not Apart:
        return dump(value, table)
    return _join(found) if found.pickled.may_stay_closed else found.pickled


def dump_arguments(args: tuple[Any, ...], kwargs: dict[str, Any], table: TokenTable) -> Pickled:
    """Give the pickle of a call's arguments, each of them on its own inside; raises as `dump` does."""
    if not kwargs and all(type(arg) in ATOMS for arg in args):
        return Pickled(pickle.dumps((args, kwargs), 5), [])
    joined = tuple(_argument(arg, table) for arg in args), {name: _argument(arg, table) for name, arg in kwargs.items()}
    if all(type(arg) in ATOMS or type(arg) is Apart for arg in (*joined[0], *joined[1].values())):
        return _join(joined)
    names = (*(f"argument {number}" for number, _ in enumerate(args, 1)), *(f"argument `{name}`" for name in kwargs))
    return dump(joined, table, list(zip(names, (*args, *kwargs.values()), strict=True)))


def _argument(value: Any, table: TokenTable) -> Any:
    """Give what stands for an argument in the pickle of them all: the value, or its own pickle."""
    if not table.leaves_closed or is_too_plain(value) or _surely_needs_opening(value, table):
        return value
    try:
        return Apart(_dump_apart(value, table))
    except Exception:  # noqa: BLE001 - pickled once more with all else, it comes about, or the error says where it is
        return value


def _join(value: Any) -> Pickled:
    """Give the pickle of atoms and values that were pickled apart."""
    buffers = list[memoryview]()
    return Pickled(pickle.dumps(value, 5, buffer_callback=lambda buffer: buffers.append(buffer.raw())), buffers)


def _surely_needs_opening(value: Any, table: TokenTable) -> bool:
    """Tell whether a glance shows that a value holds a handle or code, which arguments can share in one pickle."""
    sample = value[0] if type(value) in (list, tuple) and value else value
    if type(sample) in table.makers or issubclass(type(sample), (*_CODE, ModuleType)):
        return True
    cls: Any = type(value)
    if (
        cls in SERIALIZERS
        or cls.__module__ == "builtins"
        or cls.__reduce_ex__ is not object.__reduce_ex__
        or cls.__reduce__ is not object.__reduce__
    ):
        return False  # its pickle need not name its class
    return cls.__module__ == "__main__" or travels_by_value(cls.__module__, table.shipped) is not None


def _refusal(error: Exception, value: Any, table: TokenTable, parts: Iterable[Part]) -> PicklingError:
    """Give the error for a value that cannot be pickled: with the part that is at fault, where that can be found."""
    what = "the arguments of a call" if parts else _describe(value)
    pickler = SessionPickler(io.BytesIO(), table, [])
    fault = Parts(pickler.reducer_override, pickler.dispatch_table).fault(parts or [("", value)])
    error = (fault and fault.error) or error
    way = str(fault or "")
    if isinstance(error, SourceError):
        return PicklingError(f"{error.what} ({way} of {what})" if way else error.what, error.reason, error.advice)
    reason = f"{type(error).__name__}: {error}"
    if fault is None or not way:
        return PicklingError(what, reason)
    return PicklingError(what, f"{way} is a {type(fault.obj).__qualname__} ({reason})")


def _describe(value: Any) -> str:
    if isinstance(value, _CODE):
        return f"the {'class' if isinstance(value, type) else 'function'} {value.__qualname__!r}"
    return f"a value of type {type(value).__qualname__}"
