"""What the driver needs of Ray, as an interface: `ray_port` has the real one, tests a small one of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

Handle = Any  #: an object of Ray's: reference, generator or actor handle


class Joined(NamedTuple):
    """What is known once the driver has joined the cluster."""

    job_id: str
    node_id: str
    namespace: str
    dashboard_url: str
    ray_version: str


class ActorFacts(NamedTuple):
    """What a client must know of an actor; each method is `(name, num_returns, is_streaming)`."""

    class_name: str
    methods: tuple[tuple[str, int, bool], ...]


class ObjectIds(NamedTuple):
    """The ids that Ray itself uses, as bytes."""

    binary: bytes
    task_id: bytes
    job_id: bytes


class WorkerLines(NamedTuple):
    """Lines that a task or an actor wrote."""

    lines: list[str]
    is_stderr: bool
    task_name: str
    pid: int
    node_ip: str


class RayPort(Protocol):
    """Ray, as far as a driver uses it. Functions raise what Ray raises."""

    ObjectRef: type
    ObjectRefGenerator: type
    DynamicObjectRefGenerator: type
    ActorHandle: type
    ActorMethod: type
    RemoteFunction: type
    ActorClass: type
    RayError: type[BaseException]
    RayTaskError: type[BaseException]
    QUERIES: Mapping[str, Callable[..., Any]]
    SERIALIZERS: Mapping[type, Callable[[Any], tuple[Any, ...]]]

    def packages_with_reducers(self) -> list[str]: ...

    def leave(self) -> None: ...

    def put(self, value: object) -> Handle: ...

    def on_ready(self, ref: Handle, callback: Callable[[Any], None]) -> None: ...

    def get_now(self, refs: list[Handle]) -> list[Any] | None: ...

    def wait(
        self, refs: list[Handle], num_returns: int, timeout_s: float | None, fetch_local: bool
    ) -> list[Handle]: ...

    def cancel(self, target: Handle, force: bool, recursive: bool) -> None: ...

    def kill(self, actor: Handle, no_restart: bool) -> None: ...

    def find_actor(self, name: str, namespace: str | None) -> Handle: ...

    def remote(self, target: Any, options: Mapping[str, Any]) -> Any: ...

    def undecorated(self, remote: Any) -> tuple[Any, dict[str, Any]]: ...

    def call_method(self, actor: Handle, method: str, options: Mapping[str, Any]) -> Callable[..., Any]: ...

    def method_returns(self, actor: Handle, method: str) -> int: ...

    def next_now(self, generator: Handle) -> Handle | None: ...

    def on_next(self, generator: Handle, callback: Callable[[], None]) -> None: ...

    def take_next(self, generator: Handle) -> Handle: ...

    def completed(self, generator: Handle) -> Handle: ...

    def dynamic_refs(self, refs: list[Handle]) -> Any: ...

    def refs_of(self, dynamic: Any) -> list[Handle]: ...

    def object_key(self, ref: Handle) -> bytes: ...

    def actor_key(self, actor: Handle) -> bytes: ...

    def object_ids(self, ref: Handle) -> ObjectIds: ...

    def actor_ids(self, actor: Handle) -> ObjectIds: ...

    def describe_actor(self, actor: Handle) -> ActorFacts: ...

    def upload_directories(self, runtime_env: dict[str, Any]) -> dict[str, Any]: ...

    def listen_to_workers(self, callback: Callable[[WorkerLines], None]) -> None: ...
