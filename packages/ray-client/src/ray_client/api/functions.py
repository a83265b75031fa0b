"""The functions of Ray as methods of a session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

from ray_client.api import cluster, objects
from ray_client.api.driver_facts import RuntimeContext
from ray_client.api.remote import RemoteDecorator, remote_in
from ray_client.handles.actor import ActorClass, ActorHandle
from ray_client.handles.function import RemoteFunction
from ray_client.handles.object_ref import ObjectRef
from ray_client.tracebacks import shorten_all

if TYPE_CHECKING:
    from ray_client.handles.ref_generator import ObjectRefGenerator
    from ray_client.session.session import Session
    from ray_client_proto.forwarding import Forwarding

P = ParamSpec("P")
T = TypeVar("T")
Waitable = TypeVar("Waitable")  #: an ObjectRef or an ObjectRefGenerator


class SessionFunctions:
    """What a module-level function does in the current session, a method of its name does in this one.

    They take handles of this session only, and raise `WrongSessionError` for others.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    @overload
    def remote(self, code: type[T], /) -> ActorClass[T]: ...  # type: ignore[overload-overlap]  # a class is callable too
    @overload
    def remote(self, code: Callable[P, T], /) -> RemoteFunction[P, T]: ...
    @overload
    def remote(self, **options: Any) -> RemoteDecorator: ...
    def remote(self, *args: Any, **options: Any) -> Any:
        """Make a function or a class remote, for this session; raises as `ray.remote`."""
        return remote_in(self._session, args, options)

    def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function in the session's driver, where `ray` is the real one; give its result.

        What cannot travel stays there, and a proxy of it is given.

        Raises:
            ServerTooOldError: the server cannot do this.
            BaseException: what the function raised, with the driver's traceback as its cause.
        """
        from ray_client_proto.library import call  # loads protobuf

        result: T = call(self._session, function, *args, **kwargs)
        return result

    def forward(self, port: int, host: str = "127.0.0.1", local_port: int = 0) -> Forwarding:
        """Have a port of this machine lead to one on the cluster's side; raises as `ray_client.forward`."""
        return cluster.forward_in(self._session, port, host, local_port)

    def put(self, value: T) -> ObjectRef[T]:
        """Store a value on the cluster; raises as `ray.put`."""
        return objects.put_in(self._session, value)

    @overload
    def get(self, refs: ObjectRef[T], *, timeout: float | None = None) -> T: ...
    @overload
    def get(self, refs: Sequence[ObjectRef[T]], *, timeout: float | None = None) -> list[T]: ...
    @overload
    def get(self, refs: ObjectRefGenerator[T], *, timeout: float | None = None) -> ObjectRefGenerator[T]: ...
    def get(self, refs: Any, *, timeout: float | None = None) -> Any:
        """Give the value of a reference, or of each reference of a sequence; raises as `ray.get`."""
        return objects.get_in(self._session, refs, timeout)

    async def aput(self, value: T) -> ObjectRef[T]:
        """Do `put` without blocking the running loop."""
        from ray_client.api.asynchronous import put_later_in  # loads asyncio, which an import of this package must not

        return await put_later_in(self._session, value)

    @overload
    async def aget(self, refs: ObjectRef[T], *, timeout: float | None = None) -> T: ...
    @overload
    async def aget(self, refs: Sequence[ObjectRef[T]], *, timeout: float | None = None) -> list[T]: ...
    @overload
    async def aget(self, refs: ObjectRefGenerator[T], *, timeout: float | None = None) -> ObjectRefGenerator[T]: ...
    async def aget(self, refs: Any, *, timeout: float | None = None) -> Any:
        """Do `get` without blocking the running loop; cancelled, it forgets the request."""
        from ray_client.api.asynchronous import get_later_in

        return await get_later_in(self._session, refs, timeout)

    def wait(
        self,
        ray_waitables: list[Waitable],
        *,
        num_returns: int = 1,
        timeout: float | None = None,
        fetch_local: bool = True,
    ) -> tuple[list[Waitable], list[Waitable]]:
        """Wait until `num_returns` of the references are ready; give those, and the others; raises as `ray.wait`."""
        return objects.wait_in(self._session, ray_waitables, num_returns, timeout, fetch_local)

    def cancel(
        self, ref: ObjectRef[Any] | ObjectRefGenerator[Any], *, force: bool = False, recursive: bool = True
    ) -> None:
        """Cancel the task that makes an object; raises as `ray.cancel`."""
        objects.cancel_in(self._session, ref, force, recursive)

    def kill(self, actor: ActorHandle[Any], *, no_restart: bool = True) -> None:
        """End an actor at once; raises as `ray.kill`."""
        objects.kill_in(self._session, actor, no_restart)

    def get_actor(self, name: str, namespace: str | None = None) -> ActorHandle[Any]:
        """Give a handle of a named actor; raises as `ray.get_actor`."""
        return cluster.find_actor_in(self._session, name, namespace)

    def list_named_actors(self, all_namespaces: bool = False) -> list[str] | list[dict[str, str]]:
        """Give the names of the namespace's actors, or with `all_namespaces` those of all."""
        return list(cluster.query_in(self._session, "named_actors", all_namespaces=all_namespaces))

    def nodes(self) -> list[dict[str, Any]]:
        """Give the cluster's nodes."""
        return list(cluster.query_in(self._session, "nodes"))

    def cluster_resources(self) -> dict[str, float]:
        """Give what the cluster has in all, by resource."""
        return dict(cluster.query_in(self._session, "cluster_resources"))

    def available_resources(self) -> dict[str, float]:
        """Give what of the cluster is free, by resource."""
        return dict(cluster.query_in(self._session, "available_resources"))

    def timeline(self, filename: str | None = None) -> list[dict[str, Any]] | None:
        """Give the events of the cluster's tasks in Chrome's trace format, or write them to a file."""
        return cluster.timeline_in(self._session, filename)

    def get_gpu_ids(self) -> list[int] | list[str]:
        """Give the GPUs of this process's worker: on a client as on any driver, none."""
        return list(cluster.query_in(self._session, "gpu_ids"))

    def get_runtime_context(self) -> RuntimeContext:
        """Give the facts of this session's driver."""
        return RuntimeContext(self._session)


shorten_all(globals())
