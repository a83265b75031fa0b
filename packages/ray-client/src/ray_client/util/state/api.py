"""What the cluster's dashboard knows of actors, tasks, objects and the rest, asked through the session's driver.

As in Ray, a cluster without its dashboard (`pip install "ray[default]"`) has none of it: `ServerUnavailable`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol, TypeVar

from ray_client.tracebacks import shorten_all
from ray_client.util.state.common import (
    RECORDS,
    ActorState,
    JobState,
    NodeState,
    ObjectState,
    PlacementGroupState,
    RuntimeEnvState,
    StateSchema,
    TaskState,
    WorkerState,
)

#: As Ray: how many records a list has at most, and how long the cluster may take.
DEFAULT_LIMIT: Final = 100
DEFAULT_RPC_TIMEOUT: Final = 30

_F = TypeVar("_F", bound=Callable[..., Any])
_Record = TypeVar("_Record")
_Found = TypeVar("_Found", covariant=True)
_Filters = list[tuple[str, str, Any]]


class _Lister(Protocol[_Record]):
    """What lists records."""

    def __call__(
        self,
        address: str | None = None,
        filters: _Filters | None = None,
        limit: int = DEFAULT_LIMIT,
        timeout: int = DEFAULT_RPC_TIMEOUT,
        detail: bool = False,
        raise_on_missing_output: bool = True,
        _explain: bool = False,
    ) -> list[_Record]: ...


class _Getter(Protocol[_Found]):
    """What gives one record, or what else belongs to an id."""

    def __call__(
        self, id: Any, address: str | None = None, timeout: int = DEFAULT_RPC_TIMEOUT, _explain: bool = False
    ) -> _Found: ...


def _lister(function: str, of_what: str) -> _Lister[Any]:
    def ask(
        address: str | None = None,
        filters: _Filters | None = None,
        limit: int = DEFAULT_LIMIT,
        timeout: int = DEFAULT_RPC_TIMEOUT,
        detail: bool = False,
        raise_on_missing_output: bool = True,
        _explain: bool = False,
    ) -> list[Any]:
        return list(
            _ask(
                function,
                address=address,
                filters=filters,
                limit=limit,
                timeout=timeout,
                detail=detail,
                raise_on_missing_output=raise_on_missing_output,
                _explain=_explain,
            )
        )

    return _named(
        ask,
        function,
        f"""List {of_what}.

    Args:
        address: of another cluster's dashboard; None: of the session's.
        filters: conditions such as `("state", "=", "ALIVE")`; all must hold.
        limit: how many to give at most.
        timeout: how long the cluster may take, in seconds.
        detail: give all fields.
        raise_on_missing_output: raise when the list is not complete.

    Raises:
        RayStateApiException: the cluster does not answer, or refuses.
        NotConnectedError: no session is open.
    """,
    )


def _getter(function: str, of_what: str) -> _Getter[Any]:
    def ask(id: Any, address: str | None = None, timeout: int = DEFAULT_RPC_TIMEOUT, _explain: bool = False) -> Any:
        return _ask(function, id=id, address=address, timeout=timeout, _explain=_explain)

    return _named(
        ask,
        function,
        f"""Give {of_what} by its id, with all fields; None if there is none.

    Args:
        id: in hex.
        address: of another cluster's dashboard; None: of the session's.
        timeout: how long the cluster may take, in seconds.

    Raises:
        RayStateApiException: the cluster does not answer, or refuses.
        NotConnectedError: no session is open.
    """,
    )


def _summary(function: str, of_what: str) -> Callable[..., dict[str, Any]]:
    def ask(
        address: str | None = None,
        timeout: int = DEFAULT_RPC_TIMEOUT,
        raise_on_missing_output: bool = True,
        _explain: bool = False,
    ) -> dict[str, Any]:
        wanted = {"timeout": timeout, "raise_on_missing_output": raise_on_missing_output, "_explain": _explain}
        return dict(_ask(function, address=address, **wanted))

    return _named(
        ask,
        function,
        f"""Give a summary of {of_what}.

    Args:
        address: of another cluster's dashboard; None: of the session's.
        timeout: how long the cluster may take, in seconds.
        raise_on_missing_output: raise when it is not complete.

    Raises:
        RayStateApiException: the cluster does not answer, or refuses.
        NotConnectedError: no session is open.
    """,
    )


def _named(function: _F, name: str, text: str) -> _F:
    function.__name__ = function.__qualname__ = name  # by which it is found on the cluster too
    function.__doc__ = text
    return function


list_actors: _Lister[ActorState] = _lister("list_actors", "actors")
list_placement_groups: _Lister[PlacementGroupState] = _lister("list_placement_groups", "placement groups")
list_nodes: _Lister[NodeState] = _lister("list_nodes", "nodes")
list_jobs: _Lister[JobState] = _lister("list_jobs", "jobs")
list_workers: _Lister[WorkerState] = _lister("list_workers", "worker processes")
list_tasks: _Lister[TaskState] = _lister("list_tasks", "tasks")
list_objects: _Lister[ObjectState] = _lister("list_objects", "references to objects")
list_runtime_envs: _Lister[RuntimeEnvState] = _lister("list_runtime_envs", "runtime environments")
list_cluster_events: _Lister[dict[str, Any]] = _lister("list_cluster_events", "events of the cluster, as dictionaries")

get_actor: _Getter[ActorState | None] = _getter("get_actor", "an actor")
get_placement_group: _Getter[PlacementGroupState | None] = _getter("get_placement_group", "a placement group")
get_node: _Getter[NodeState | None] = _getter("get_node", "a node")
get_job: _Getter[JobState | None] = _getter("get_job", "a job")
get_worker: _Getter[WorkerState | None] = _getter("get_worker", "a worker process")
get_task: _Getter[TaskState | None] = _getter("get_task", "a task")
get_objects: _Getter[list[ObjectState]] = _getter("get_objects", "the references to an object, as a list,")

summarize_actors = _summary("summarize_actors", "actors")
summarize_objects = _summary("summarize_objects", "objects")
summarize_tasks = _summary("summarize_tasks", "tasks")


def list_logs(
    address: str | None = None,
    node_id: str | None = None,
    node_ip: str | None = None,
    glob_filter: str | None = None,
    timeout: int = DEFAULT_RPC_TIMEOUT,
) -> dict[str, list[str]]:
    """Give the names of a node's log files, by kind.

    Raises:
        RayStateApiException: the cluster does not answer, or refuses.
        NotConnectedError: no session is open.
    """
    asked = {"node_id": node_id, "node_ip": node_ip, "glob_filter": glob_filter, "timeout": timeout}
    return dict(_ask("list_logs", address=address, **asked))


def get_log(*, follow: bool = False, **arguments: Any) -> Iterator[str]:
    """Yield a log file in pieces; the arguments are those of `ray.util.state.get_log`.

    Raises:
        ValueError: it is to be followed, which only a task can do.
        RayStateApiException: the cluster does not answer, or refuses.
        NotConnectedError: no session is open.
    """
    if follow:
        raise ValueError("get_log(follow=True) works inside a task only; here call it again for what is new")
    return iter(_ask("get_log", **arguments))


def _ask(function: str, **arguments: Any) -> Any:
    from ray_client.api import queries

    return _revived(queries.query_state(function, **arguments))


def _revived(said: Any) -> Any:
    """Give the records for what the driver says of them: `(type, fields)` each."""
    if isinstance(said, list):
        return [_revived(one) for one in said]
    if isinstance(said, tuple):
        kind, fields = said
        return RECORDS.get(kind, StateSchema)(**fields)
    return said


shorten_all(globals())
