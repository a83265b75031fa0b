"""Values on their way in and out: Ray's own objects become tokens, and tokens Ray's objects (T1 to T15, V1 to V5)."""

from __future__ import annotations

import functools
import importlib
import io
import pickle
import re
import types
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import cloudpickle

from ray_client_proto.code.carrier import Carrier, foreign_minor, readers
from ray_client_proto.code.imports import for_cluster_throughout
from ray_client_proto.code.sent import with_real_file
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_proto.wire import tokens
from ray_client_proto.wire.paths import path_class
from ray_client_server.driver import raised
from ray_client_server.driver.errors import OperationError, refused, text_of
from ray_client_server.driver.port import RayPort
from ray_client_server.driver.references import Kind, References
from ray_client_server.driver.scripts import naming
from ray_client_server.driver.transfers import Downloads, Uploads

_PROTOCOL: Final = 5
_STREAM_BUFFER_BYTES: Final = 1 << 20

#: Types without a handle inside and without a reducer: they go through C alone.
_PLAIN: Final = frozenset((int, float, complex, bool, str, bytes, type(None)))

#: What is built from a client's source imports `ray` where that says `ray_client` (T7).
_SOURCE_READERS: Final = readers(for_cluster_throughout)

_Reduced = tuple[Callable[..., Any], tuple[Any, ...]]
#: Gives the token of what is to stay in the driver, and counts it; None: it goes by value (X3).
Hold = Callable[[Any, list[int]], tuple[Any, ...] | None]


class Unpickled(NamedTuple):
    """A value that came in; `has_tokens` if it holds anything of the session."""

    value: Any
    has_tokens: bool


class SessionPickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no annotations
    """Pickles a value with tokens in place of Ray's objects, and counts those that it names (R1).

    One for each value; not thread-safe.
    """

    def __init__(self, codec: Codec, file: io.BytesIO, buffers: list[memoryview], hold: Hold | None = None) -> None:
        self._hold = hold
        self._makers = codec.makers
        self._carrier = codec.carrier
        self._actor_class = codec.port.ActorClass
        self._serializers = codec.port.SERIALIZERS
        self.counted_ids: list[int] = []

        def take(buffer: pickle.PickleBuffer) -> bool:
            try:
                # Whatever its size, since the client can align what is out of band only.
                buffers.append(buffer.raw())
            except BufferError:  # not contiguous: pickle copies it into the stream
                return True
            return False

        super().__init__(file, protocol=_PROTOCOL, buffer_callback=take)

    def reducer_override(self, obj: Any) -> Any:
        # Called for every object that C does not know: one lookup on the exact type for nearly all of them.
        maker = self._makers.get(type(obj))
        if maker is not None:
            reduced = maker(obj, self.counted_ids)
            if reduced is not None:
                return reduced
        elif self._hold is not None and (held := self._hold(obj, self.counted_ids)) is not None:
            return held
        elif (serializer := self._serializers.get(type(obj))) is not None:
            return serializer(obj)
        elif type(obj) is types.CodeType and self._carrier is None:
            return with_real_file(obj, self.dispatch_table[types.CodeType])
        # The class of each decorated class is one of its own, so there is no exact type to look up.
        elif isinstance(obj, self._actor_class):
            return self._makers[self._actor_class](obj, self.counted_ids)
        elif isinstance(obj, BaseException) and (as_it_is := raised.as_it_is(obj)) is not None:
            return as_it_is
        reduced = super().reducer_override(obj)
        return reduced if self._carrier is None else self._carrier.reduce(obj, reduced, self.dispatch_table)


class SessionUnpickler(pickle.Unpickler):
    """Unpickles a value of the client's, with the session's own objects in place of tokens. One for each value.

    What `find_class` gives may not hold the unpickler, which keeps it: in a circle, a large value would live on.
    """

    codec: Codec
    has_tokens = False

    def find_class(self, module: str, name: str) -> Any:
        if module == tokens.MODULE:
            self.has_tokens |= name not in _SOURCE_READERS
            return self.codec.readers[name]
        if module.startswith("ray_client") and (module == "ray_client" or module.startswith("ray_client.")):
            module = "ray" + module[len("ray_client") :]  # T7
        elif module.startswith("pathlib") and (found := path_class(module, name)) is not None:
            return found
        try:
            found = super().find_class(module, name)
        except ModuleNotFoundError as error:
            vars(error)["wanted"] = f"{module}.{name}"  # the global whose module is missing here
            raise
        is_setter = module == "cloudpickle.cloudpickle" and name in ("_function_setstate", "_class_setstate")
        return naming(found) if is_setter else found


class Unopened:
    """A value as it came. Ray, given this, stores the pickle and its buffers, and whoever reads it gets the value (V5).

    So all that a worker needs for it is in the standard library.
    """

    def __init__(self, stream: bytes | memoryview, buffers: list[Any]) -> None:
        self._stream, self._buffers = stream, buffers

    def __reduce__(self) -> _Reduced:
        load: Callable[..., Any] = pickle.loads
        if self._buffers:
            load = functools.partial(load, buffers=[pickle.PickleBuffer(buffer) for buffer in self._buffers])
        return load, (pickle.PickleBuffer(self._stream),)


def _file_of(stream: bytes | memoryview) -> io.BufferedIOBase:
    if isinstance(stream, bytes):
        return io.BytesIO(stream)
    return io.BufferedReader(_ViewReader(stream), _STREAM_BUFFER_BYTES)


class _ViewReader(io.RawIOBase):
    """A file over a view, so that a long pickle stream is read where it lies."""

    def __init__(self, view: memoryview) -> None:
        self._view, self._at = view, 0

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        part = self._view[self._at : self._at + len(target)]
        target[: part.nbytes] = part
        self._at += part.nbytes
        return part.nbytes


class Codec:
    """Turns payloads into values and values into payloads, for one session. Safe from any thread."""

    def __init__(
        self,
        *,
        port: RayPort,
        references: References,
        uploads: Uploads,
        downloads: Downloads,
        inline_bytes: int,
        client_python: str = "",
    ) -> None:
        self.port = port
        client_minor = foreign_minor(client_python)
        #: Sends code as source, if byte code of this Python does not run on the client's.
        self.carrier = None if client_minor is None else Carrier(client_minor, for_cluster_throughout)
        self._references, self._uploads, self._downloads = references, uploads, downloads
        self._inline_bytes = inline_bytes
        #: Says what in values stays here, but where `encode` is told otherwise; set once the client calls libraries.
        self.hold: Hold | None = None
        self.makers: dict[type, Callable[[Any, list[int]], _Reduced | None]] = {
            port.ObjectRef: self._write_ref,
            port.ObjectRefGenerator: self._write_generator,
            port.DynamicObjectRefGenerator: self._write_dynamic,
            port.ActorHandle: self._write_actor,
            port.ActorMethod: self._write_method,
            port.RemoteFunction: self._write_function,
            port.ActorClass: self._write_class,
            types.ModuleType: _write_module,
        }
        #: The closed set of tokens: nothing else in that module's name can be reached.
        self.readers: dict[str, Callable[..., Any]] = {
            "object_ref": self._read_ref,
            "ref_generator": self._read_generator,
            "dynamic_refs": port.dynamic_refs,
            "actor_handle": self._read_actor,
            "remote_function": port.remote,
            "actor_class": port.remote,
            "ray_module": _read_module,
            "ray_global": _read_global,
            "apart": self._read_apart,
            "unopened": self._read_unopened,
            "library_object": self._read_library_object,
            "library_method": getattr,
            **_SOURCE_READERS,
        }

    @functools.cached_property
    def reducers_there(self) -> list[re.Pattern[bytes]]:
        """What finds the names of packages that Ray pickles in ways of its own here; known once it has joined."""
        return [re.compile(re.escape(name.encode())) for name in self.port.packages_with_reducers()]

    def decode(self, payload: Payload, what: str = "a value from the client") -> Unpickled:
        """Give the value of a payload; `what` it is goes into the text if that fails.

        Raises:
            OperationError: the value names something that the session does not have or that has failed, its upload
                is not there, or it cannot be unpickled here.
        """
        stream: bytes | memoryview = payload.pickle
        buffers: Iterable[bytes | memoryview] = payload.buffers
        if payload.transfer_id:
            stream, *buffers = self._uploads.take(payload.transfer_id, payload.sizes_bytes)
        try:
            return self._load(stream, buffers)
        except OperationError:
            raise
        # Unpickling runs code of the user's, which may raise anything.
        except BaseException as error:
            raise refused(
                Failure.UNPICKLE_FAILED,
                f"{what} cannot be unpickled on the cluster: {type(error).__name__}: {text_of(error)}",
                error_type=f"{type(error).__module__}.{type(error).__qualname__}",
                what=what,
                wanted=vars(error).get("wanted", ""),
                missing_module=(error.name or "") if isinstance(error, ModuleNotFoundError) else "",
            ) from error

    def _load(self, stream: bytes | memoryview, buffers: Iterable[bytes | memoryview]) -> Unpickled:
        unpickler = SessionUnpickler(_file_of(stream), buffers=buffers)
        unpickler.codec = self
        return Unpickled(unpickler.load(), unpickler.has_tokens)

    def encode(self, value: Any, hold: Hold | None = None) -> Payload:
        """Give the payload of a value; a large one is kept as a download (V2).

        Args:
            value: the value.
            hold: says what in it stays here.

        Raises:
            OperationError: the value cannot be pickled, or too much waits for the client; nothing was counted.
        """
        if type(value) in _PLAIN:
            stream = pickle.dumps(value, _PROTOCOL)
            if len(stream) <= self._inline_bytes:
                return Payload(pickle=stream)
            return self._download(memoryview(stream), [], [])
        file, buffers = io.BytesIO(), list[memoryview]()
        pickler = SessionPickler(self, file, buffers, hold or self.hold)
        try:
            pickler.dump(value)
        # Pickling runs code of the user's, which may raise anything.
        except BaseException as error:
            self.uncount(pickler.counted_ids)
            raise refused(
                Failure.PICKLE_FAILED,
                f"a value of type {type(value).__name__} cannot be pickled on the cluster: "
                f"{type(error).__name__}: {text_of(error)}",
                error_type=f"{type(error).__module__}.{type(error).__qualname__}",
            ) from error
        size_bytes = file.tell() + sum(view.nbytes for view in buffers)
        if size_bytes > self._inline_bytes:
            return self._download(file.getbuffer(), buffers, pickler.counted_ids)
        return Payload(
            pickle=file.getvalue(), buffers=[bytes(view) for view in buffers], counted_ids=pickler.counted_ids
        )

    def _download(self, stream: memoryview, buffers: list[memoryview], counted_ids: list[int]) -> Payload:
        views = [stream, *buffers]
        try:
            transfer_id = self._downloads.keep(views)
        except OperationError:
            self.uncount(counted_ids)
            raise
        return Payload(
            transfer_id=transfer_id,
            sizes_bytes=[view.nbytes for view in views],
            counted_ids=counted_ids,
        )

    def uncount(self, counted_ids: Iterable[int]) -> None:
        """Take back the counts of a value that does not go out after all."""
        for handle_id in counted_ids:
            self._references.release(handle_id, 1)

    def hand_out_ref(self, ref: Any) -> int:
        """Give the id under which a reference goes out, counted."""
        return self._references.hand_out(Kind.OBJECT, ref, self.port.object_key(ref))

    def _write_ref(self, ref: Any, counted_ids: list[int]) -> _Reduced:
        handle_id = self.hand_out_ref(ref)
        counted_ids.append(handle_id)
        return tokens.object_ref, (handle_id,)

    def _write_generator(self, generator: Any, counted_ids: list[int]) -> _Reduced:
        handle_id = self._references.hand_out(Kind.GENERATOR, generator, None)
        counted_ids.append(handle_id)
        return tokens.ref_generator, (handle_id,)

    def _write_dynamic(self, generator: Any, _counted_ids: list[int]) -> _Reduced:
        return tokens.dynamic_refs, (self.port.refs_of(generator),)

    def _write_actor(self, actor: Any, counted_ids: list[int]) -> _Reduced:
        handle_id = self._references.hand_out(Kind.ACTOR, actor, self.port.actor_key(actor))
        counted_ids.append(handle_id)
        facts = self.port.describe_actor(actor)
        return tokens.actor_handle, (handle_id, facts.class_name, facts.methods)

    def _write_method(self, method: Any, _counted_ids: list[int]) -> _Reduced:
        state = method.__getstate__()  # Ray keeps both in attributes of its own, under other names in each version
        return getattr, (state["actor"], state["method_name"])

    def _write_function(self, function: Any, _counted_ids: list[int]) -> _Reduced:
        return tokens.remote_function, self.port.undecorated(function)

    def _write_class(self, cls: Any, _counted_ids: list[int]) -> _Reduced:
        return tokens.actor_class, self.port.undecorated(cls)

    def _read_apart(self, stream: bytes | memoryview, buffers: list[Any]) -> Any:
        return self._load(stream, buffers).value

    def _read_unopened(self, stream: bytes | memoryview, buffers: list[Any]) -> Any:
        # What Ray pickles in a way of its own here, it must be given.
        if any(name.search(stream) for name in self.reducers_there):
            return self._read_apart(stream, buffers)
        return Unopened(stream, buffers)

    def _read_ref(self, handle_id: int) -> Any:
        entry = self._references.get(handle_id, Kind.OBJECT, Kind.GENERATOR)
        return entry.target if entry.kind is Kind.OBJECT else self.port.completed(entry.target)

    def _read_generator(self, handle_id: int) -> Any:
        return self._references.get(handle_id, Kind.GENERATOR).target

    def _read_library_object(self, handle_id: int, _classes: object, _specials: object) -> Any:
        return self._references.get(handle_id, Kind.LIBRARY).target

    def _read_actor(self, handle_id: int, _class_name: str, _methods: object) -> Any:
        return self._references.get(handle_id, Kind.ACTOR).target


def _write_module(module: types.ModuleType, _counted_ids: list[int]) -> _Reduced | None:
    name = module.__name__
    return (tokens.ray_module, (name,)) if name == "ray" or name.startswith("ray.") else None


def _read_module(name: str) -> types.ModuleType:
    return importlib.import_module(_ray_name(name))


def _read_global(module: str, qualname: str) -> Any:
    found: Any = importlib.import_module(_ray_name(module))
    for part in qualname.split("."):
        found = getattr(found, part)
    return found


def _ray_name(name: str) -> str:
    if name != "ray" and not name.startswith("ray."):
        raise refused(Failure.INVALID_ARGUMENT, f"T7: {name!r} is no module of ray")
    return name
