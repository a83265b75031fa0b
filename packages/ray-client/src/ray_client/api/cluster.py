"""Questions about the cluster, and named actors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ray_client.api import driver_facts
from ray_client.errors import ForwardingError
from ray_client.handles.actor import ActorHandle, check_namespace
from ray_client.handles.current import current_session
from ray_client.tracebacks import shorten_all

__all__ = [
    "available_resources",
    "cluster_resources",
    "forward",
    "get_actor",
    "get_gpu_ids",
    "get_runtime_context",
    "list_named_actors",
    "nodes",
    "timeline",
]

if TYPE_CHECKING:
    from ray_client.api.driver_facts import RuntimeContext
    from ray_client.session.session import Session
    from ray_client_proto.forwarding import Forwarding


def get_actor(name: str, namespace: str | None = None) -> ActorHandle[Any]:
    """Give a handle of a named actor.

    Raises:
        ValueError: there is no such actor, or the name is empty.
        SessionError: the session has ended.
    """
    return find_actor_in(current_session("get_actor()"), name, namespace)


def find_actor_in(session: Session, name: str, namespace: str | None) -> ActorHandle[Any]:
    """Do `get_actor` in a session."""
    from ray_client.session import calls

    if not name:
        raise ValueError("Please supply a non-empty value to get_actor")
    if namespace is not None and not isinstance(namespace, str):
        raise TypeError(f"namespace must be None or a string, got {type(namespace)}")
    check_namespace(namespace)
    return ActorHandle.described(session, *calls.find_actor(session, name, namespace or ""))


def forward(port: int, host: str = "127.0.0.1", local_port: int = 0) -> Forwarding:
    """Have a port of this machine lead to one on the cluster's side, through the session, until that or it is closed.

    Args:
        port: such as 8000, of Ray Serve.
        host: as the driver's node knows it.
        local_port: of 127.0.0.1 here; 0: one that is free, which `.local_port` and `.url` of the result tell.

    Raises:
        ForwardingError: no connection leads to the driver, or the server's operator forbids it.
        OSError: the port here is taken.
        ServerTooOldError: the server cannot do this.
    """
    return forward_in(current_session("forward()"), port, host, local_port)


def forward_in(session: Session, port: int, host: str, local_port: int) -> Forwarding:
    """Do `forward` in a session."""
    from ray_client_proto.forwarding import Forwarding  # loads ssl

    return Forwarding(session, ForwardingError, port, host, local_port)


def nodes() -> list[dict[str, Any]]:
    """Give the cluster's nodes, as `ray.nodes`."""
    return list(query_in(current_session("nodes()", opens=False), "nodes"))


def cluster_resources() -> dict[str, float]:
    """Give what the cluster has in all, by resource."""
    return dict(query_in(current_session("cluster_resources()", opens=False), "cluster_resources"))


def available_resources() -> dict[str, float]:
    """Give what of the cluster is free, by resource."""
    return dict(query_in(current_session("available_resources()", opens=False), "available_resources"))


def timeline(filename: str | None = None) -> list[dict[str, Any]] | None:
    """Give the events of the cluster's tasks in Chrome's trace format, or write them to a file of this machine."""
    return timeline_in(current_session("timeline()", opens=False), filename)


def timeline_in(session: Session, filename: str | None) -> list[dict[str, Any]] | None:
    """Do `timeline` in a session."""
    import json

    events = list(query_in(session, "timeline"))
    if filename is None:
        return events
    with open(filename, "w", encoding="utf-8") as file:
        json.dump(events, file)
    return None


def get_runtime_context() -> RuntimeContext:
    """Give the facts of the current session's driver.

    Raises:
        NotConnectedError: no session is open.
    """
    current_session("get_runtime_context()")
    return driver_facts.get_runtime_context()


def get_gpu_ids() -> list[int] | list[str]:
    """Give the GPUs of this process's worker: on a client as on any driver, none."""
    return list(query_in(current_session("get_gpu_ids()"), "gpu_ids"))


def list_named_actors(all_namespaces: bool = False) -> list[str] | list[dict[str, str]]:
    """Give the names of the namespace's actors; with `all_namespaces`, those of all with their namespaces."""
    return list(query_in(current_session("list_named_actors()"), "named_actors", all_namespaces=all_namespaces))


def query_in(session: Session, query: str, **arguments: Any) -> Any:
    """Ask a session's driver about the cluster (docs/protocol.md, rule O5)."""
    from ray_client.session import calls

    return calls.query_cluster(session, query, **arguments)


shorten_all(globals())
