"""A small Ray of our own, in one process: calls run when they are made, or when a test says so."""

from __future__ import annotations

import hashlib
import itertools
import pickle
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import cloudpickle
import pytest

from ray_client_proto.v1.operation_pb2 import (
    CallActor,
    CreateActor,
    Export,
    Get,
    Invocation,
    Operation,
    Put,
    Reply,
    ScheduleTask,
)
from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_proto.wire import tokens
from ray_client_server.config import Limits
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.dispatch import carry_out
from ray_client_server.driver.holdings import Holdings
from ray_client_server.driver.port import ActorFacts, ObjectIds


class FakeRef:
    """An object; `resolve` gives it its value."""

    _numbers = itertools.count(1)

    def __init__(self) -> None:
        self.key = next(self._numbers).to_bytes(4, "big")
        self.is_ready = False
        self.result: Any = None
        self.callbacks: list[Callable[[Any], None]] = []

    def resolve(self, result: Any) -> FakeRef:
        self.is_ready, self.result = True, result
        for callback in self.callbacks:
            callback(result)
        return self


class FakeGenerator:
    def __init__(self, refs: list[FakeRef]) -> None:
        self.refs = list(refs)
        self.done = FakeRef().resolve(None)
        self.is_ready = False


class FakeDynamic:
    def __init__(self, refs: list[FakeRef]) -> None:
        self.refs = refs


class FakeActor:
    def __init__(self, instance: Any) -> None:
        self.instance = instance
        self.key = f"actor-{id(instance)}".encode()


class FakeMethod:
    def __init__(self, actor: FakeActor, name: str) -> None:
        self.actor, self.name = actor, name

    def __getstate__(self) -> dict[str, Any]:
        return {"actor": self.actor, "method_name": self.name}


class FakeRemote:
    def __init__(self, port: FakeRay, target: Any, options: dict[str, Any]) -> None:
        self.port, self.target, self.applied = port, target, dict(options)

    def options(self, **options: Any) -> FakeRemote:
        if "bad" in options:
            raise ValueError("Invalid option keyword bad")
        bound = type(self)(self.port, self.target, {**self.applied, **options})
        self.port.bound.append(bound)
        return bound

    def remote(self, *args: Any, **kwargs: Any) -> Any:
        if isinstance(self.target, type):
            return FakeActor(self.target(*args, **kwargs))
        return self.port.call(self.target, self.applied, args, kwargs)


class FakeClass(FakeRemote):
    pass


class FakeRayError(Exception):
    pass


class FakeTaskError(FakeRayError):
    def __init__(self, cause: Any, traceback_str: str = "Traceback: here") -> None:
        super().__init__(str(cause))
        self.cause, self.traceback_str = cause, traceback_str
        self.function_name, self.pid, self.ip, self.proctitle = "f", 7, "192.0.2.1", "ray::f"


class FakeRay:
    """Implements `RayPort`."""

    ObjectRef, ObjectRefGenerator, DynamicObjectRefGenerator = FakeRef, FakeGenerator, FakeDynamic
    ActorHandle, RemoteFunction, ActorClass = FakeActor, FakeRemote, FakeClass
    ActorMethod = FakeMethod
    RayError, RayTaskError = FakeRayError, FakeTaskError

    def __init__(self) -> None:
        self.stored: list[FakeRef] = []
        self.pending: list[FakeRef] = []
        self.bound: list[FakeRemote] = []
        self.cancelled: list[Any] = []
        self.killed: list[Any] = []
        self.named: dict[str, FakeActor] = {}
        self.SERIALIZERS: dict[type, Callable[[Any], tuple[Any, ...]]] = {}
        self.QUERIES: dict[str, Callable[..., Any]] = {"nodes": lambda: ["n1"], "named_actors": self._named_actors}

    def _named_actors(self, *, all_namespaces: bool = False) -> Any:
        return sorted(self.named), all_namespaces

    def packages_with_reducers(self) -> list[str]:
        return ["decimal"]

    def join(self, settings: Any) -> Any:
        raise AssertionError("no test joins a cluster")

    def leave(self) -> None:
        raise AssertionError("no test joins a cluster")

    def call(self, function: Callable[..., Any], options: dict[str, Any], args: Any, kwargs: Any) -> Any:
        args = [arg.result if isinstance(arg, FakeRef) else arg for arg in args]
        if options.get("later"):
            self.pending.append(FakeRef())
            return self.pending[-1]
        try:
            result = function(*args, **kwargs)
        except ValueError as error:
            return FakeRef().resolve(FakeTaskError(error))
        if options.get("num_returns") == "streaming":
            return FakeGenerator([FakeRef().resolve(item) for item in result])
        if options.get("num_returns", 1) == 0:
            return None
        if options.get("num_returns", 1) > 1:
            return [FakeRef().resolve(item) for item in result]
        return FakeRef().resolve(result)

    def put(self, value: object) -> FakeRef:
        if isinstance(value, FakeRef):
            raise TypeError("Calling 'put' on an ObjectRef is not allowed.")
        self.stored.append(FakeRef().resolve(value))
        return self.stored[-1]

    def on_ready(self, ref: FakeRef, callback: Callable[[Any], None]) -> None:
        if ref.is_ready:
            callback(ref.result)
        else:
            ref.callbacks.append(callback)

    def get_now(self, refs: list[FakeRef]) -> list[Any] | None:
        return [ref.result for ref in refs] if all(ref.is_ready for ref in refs) else None

    def wait(self, refs: list[FakeRef], num_returns: int, timeout_s: float | None, fetch_local: bool) -> list[FakeRef]:
        return [ref for ref in refs if ref.is_ready][:num_returns]  # a generator's `is_ready` is of its next object

    def cancel(self, target: Any, force: bool, recursive: bool) -> None:
        self.cancelled.append((target, force, recursive))

    def kill(self, actor: Any, no_restart: bool) -> None:
        self.killed.append((actor, no_restart))

    def find_actor(self, name: str, namespace: str | None) -> FakeActor:
        if name not in self.named:
            raise ValueError(f"Failed to look up actor with name '{name}'")
        return self.named[name]

    def remote(self, target: Any, options: Any) -> Any:
        return (FakeClass if isinstance(target, type) else FakeRemote)(self, target, dict(options))

    def undecorated(self, remote: FakeRemote) -> tuple[Any, dict[str, Any]]:
        return remote.target, remote.applied

    def call_method(self, actor: FakeActor, method: str, options: Any) -> Callable[..., Any]:
        function = getattr(actor.instance, method)
        return lambda *args, **kwargs: self.call(function, dict(options), args, kwargs)

    def method_returns(self, actor: FakeActor, method: str) -> int:
        return getattr(getattr(actor.instance, method, None), "__ray_num_returns__", 1)

    def next_now(self, generator: FakeGenerator) -> FakeRef | None:
        return generator.refs.pop(0) if generator.is_ready and generator.refs else None

    def on_next(self, generator: FakeGenerator, callback: Callable[[], None]) -> None:
        callback()

    def take_next(self, generator: FakeGenerator) -> FakeRef:
        if not generator.refs:
            raise StopIteration
        return generator.refs.pop(0)

    def completed(self, generator: FakeGenerator) -> FakeRef:
        return generator.done

    def dynamic_refs(self, refs: list[FakeRef]) -> FakeDynamic:
        return FakeDynamic(refs)

    def refs_of(self, dynamic: FakeDynamic) -> list[FakeRef]:
        return list(dynamic.refs)

    def object_key(self, ref: FakeRef) -> bytes:
        return ref.key

    def actor_key(self, actor: FakeActor) -> bytes:
        return actor.key

    def object_ids(self, ref: FakeRef) -> ObjectIds:
        return ObjectIds(ref.key, b"task", b"job")

    def actor_ids(self, actor: FakeActor) -> ObjectIds:
        return ObjectIds(actor.key, b"", b"job")

    def describe_actor(self, actor: FakeActor) -> ActorFacts:
        methods = sorted(name for name in vars(type(actor.instance)) if not name.startswith("_"))
        return ActorFacts(type(actor.instance).__name__, tuple((name, 1, False) for name in methods))

    def listen_to_workers(self, callback: Any) -> None:
        raise AssertionError("no test has workers")


class Token:
    """What a client's handle pickles to."""

    def __init__(self, name: str, *args: Any) -> None:
        self.name, self.args = name, args

    def __reduce__(self) -> Any:
        return getattr(tokens, self.name), self.args

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and (self.name, self.args) == (other.name, other.args)

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"Token{(self.name, *self.args)}"


class _TokenReader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module == tokens.MODULE:
            return lambda *args: Token(name, *args)
        return super().find_class(module, name)


def payload(value: Any) -> Payload:
    return Payload(pickle=cloudpickle.dumps(value, protocol=5))


def value_of(sent: Payload) -> Any:
    import io

    return _TokenReader(io.BytesIO(sent.pickle), buffers=sent.buffers).load()


class Client:
    """Sends operations straight to the handlers and keeps the replies."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings
        self.replies: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        self.forgotten: set[int] = set()
        self.skipped, self.skips = threading.Event(), 0
        self._ids, self._requests = itertools.count(1), itertools.count(1)

    # the Sink

    def deliver(self, reply: Reply, more_follow: bool = False) -> None:
        self.replies.put(reply)

    def wait_for_room(self) -> None: ...

    def skip(self, request_id: int) -> None:
        self.skips += 1
        self.skipped.set()

    def is_forgotten(self, request_id: int) -> bool:
        return request_id in self.forgotten

    # what a client does

    value_of = staticmethod(value_of)

    def new_id(self) -> int:
        return next(self._ids)

    def do(self, **kind: Any) -> None:
        """Send an operation that wants no answer."""
        carry_out(self.holdings, Operation(**kind), Answer(0, self, 0))

    def ask(self, **kind: Any) -> Reply:
        """Send an operation and give its answer."""
        request_id = self.begin(**kind)
        reply = self.replies.get(timeout=10)
        assert reply.request_id == request_id
        return reply

    def begin(self, **kind: Any) -> int:
        """Send an operation whose answer comes later."""
        request_id = next(self._requests)
        carry_out(self.holdings, Operation(request_id=request_id, **kind), Answer(request_id, self, 1))
        return request_id

    def get(self, object_id: int) -> Any:
        reply = self.ask(get=Get(object_ids=[object_id]))
        return value_of(reply.value) if reply.HasField("value") else reply.failure

    def put(self, value: Any, is_uploaded: bool = False) -> int:
        object_id = self.new_id()
        self.do(put=Put(object_id=object_id, value=self.upload(value) if is_uploaded else payload(value)))
        return object_id

    def upload(self, value: Any) -> Payload:
        """Have a value come on a lane; give the payload that refers to it."""
        pickled, transfer_id = payload(value).pickle, self.new_id()
        assembly = self.holdings.uploads.assembly(transfer_id, len(pickled))
        assembly.write(0, memoryview(pickled))
        assembly.came(len(pickled))
        return Payload(transfer_id=transfer_id, sizes_bytes=[len(pickled)])

    def export(self, target: Any) -> bytes:
        shipped = payload(target)
        digest = hashlib.sha256(shipped.pickle).digest()
        kind = Export.CLASS if isinstance(target, type) else Export.FUNCTION
        self.do(export=Export(digest=digest, kind=kind, payload=shipped))
        return digest

    def invocation(self, *args: Any, count: int = 1, **options: Any) -> Invocation:
        made = Invocation(
            arguments=payload((args, {})), result_ids=[self.new_id() for _ in range(count)], call_site="a.py:3 in f"
        )
        if options:
            made.options.CopyFrom(payload(options))
        return made

    def call(self, digest: bytes, *args: Any, count: int = 1, **options: Any) -> list[int]:
        invocation = self.invocation(*args, count=count, **options)
        self.do(schedule_task=ScheduleTask(function_digest=digest, invocation=invocation))
        return list(invocation.result_ids)

    def create(self, cls: type, *args: Any) -> int:
        invocation = self.invocation(*args)
        self.do(create_actor=CreateActor(class_digest=self.export(cls), invocation=invocation))
        return int(invocation.result_ids[0])

    def call_actor(self, actor_id: int, method: str, *args: Any) -> int:
        invocation = self.invocation(*args)
        self.do(call_actor=CallActor(actor_id=actor_id, method=method, invocation=invocation))
        return int(invocation.result_ids[0])


class Driving:
    """What tests use; a fixture, since test modules cannot import one another."""

    Token, FakeRef, FakeDynamic, FakeTaskError = Token, FakeRef, FakeDynamic, FakeTaskError
    FakeRayError, FakeGenerator, FakeActor, FakeMethod = FakeRayError, FakeGenerator, FakeActor, FakeMethod
    payload, value_of = staticmethod(payload), staticmethod(value_of)


@pytest.fixture
def driving() -> type[Driving]:
    return Driving


@pytest.fixture
def port() -> FakeRay:
    return FakeRay()


@pytest.fixture
def holdings(port: FakeRay) -> Iterator[Holdings]:
    made = Holdings(port, Limits(inline_bytes=10_000, transfer_bytes=1_000_000))
    yield made
    made.close()


@pytest.fixture
def client(holdings: Holdings) -> Client:
    return Client(holdings)
