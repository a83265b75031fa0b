"""Where this program runs, as Ray sees it: the session's driver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from ray_client.cluster_only import advice, note_refusal
from ray_client.deprecation import warn_deprecated
from ray_client.errors import UnknownNameError
from ray_client.handles.current import current_session, find_session
from ray_client.handles.ids import JobID, NodeID, PlacementGroupID
from ray_client.runtime_env import RuntimeEnv
from ray_client.tracebacks import shorten_all
from ray_client_proto.wire import tokens

if TYPE_CHECKING:
    from ray_client.session.session import Session


class RuntimeContext:
    """Facts of a session's driver. Each is asked of the cluster when it is read."""

    def __init__(self, session: Session | None = None) -> None:
        """Give the facts of one session's driver; without it, of that session which is current when one is read."""
        self._session = session

    def _facts(self) -> dict[str, Any]:
        from ray_client.session import calls

        session = self._session or current_session("the runtime context", opens=False)
        return dict(calls.query_cluster(session, "runtime_context"))

    def _fact(self, name: str) -> Any:
        """Give one fact of the driver.

        Raises:
            RayTooOldError: the cluster's Ray does not have it.
        """
        facts = self._facts()
        if name not in facts:
            from ray_client.errors import RayTooOldError

            raise RayTooOldError(f"{name!r} in the runtime context", facts["ray_version"])
        return facts[name]

    def get(self) -> dict[str, Any]:
        """Give job, node and namespace by name. Deprecated, as in Ray."""
        _deprecated("get()", "the get_..._id() methods")
        facts = self._facts()
        return {
            "job_id": JobID.from_hex(facts["job_id"]),
            "node_id": NodeID.from_hex(facts["node_id"]),
            "namespace": facts["namespace"],
        }

    def get_job_id(self) -> str:
        """Give the id of the session's job, in hex."""
        return str(self._fact("job_id"))

    def get_node_id(self) -> str:
        """Give the id of the node that the driver runs on, in hex."""
        return str(self._fact("node_id"))

    def get_worker_id(self) -> str:
        """Give the id of the driver's process, in hex."""
        return str(self._fact("worker_id"))

    def get_task_id(self) -> str | None:
        """Give the id of the running task: None, since a driver runs none."""
        return None

    def get_task_name(self) -> str | None:
        """Give the name of the running task: None, since a driver runs none."""
        return None

    def get_task_function_name(self) -> str | None:
        """Give the name of the running task's function: None, since a driver runs none."""
        return None

    def get_actor_id(self) -> str | None:
        """Give the id of the running actor: None, since a driver is none."""
        return None

    def get_actor_name(self) -> str | None:
        """Give the name of the running actor: None, since a driver is none."""
        return None

    def get_placement_group_id(self) -> str | None:
        """Give the id of the placement group that this runs in: None on a driver."""
        return None

    def get_assigned_resources(self) -> NoReturn:
        """Refuse: a driver is assigned no resources.

        Raises:
            AssertionError: always, as on any driver.
        """
        raise AssertionError(_only_in("worker"))

    def get_accelerator_ids(self) -> dict[str, list[str]]:
        """Give the accelerators of this process, by kind."""
        return dict(self._fact("accelerator_ids"))

    def get_resource_ids(self) -> dict[str, list[str]]:
        """Give the accelerators of this process, by kind. Deprecated, as in Ray."""
        _deprecated("get_resource_ids()", "get_accelerator_ids()")
        return self.get_accelerator_ids()

    def get_runtime_env_string(self) -> str:
        """Give the job's runtime environment as JSON."""
        return str(self._fact("runtime_env_string"))

    def get_node_labels(self) -> dict[str, str]:
        """Give the labels of the node that the driver runs on."""
        return dict(self._fact("node_labels"))

    def get_session_name(self) -> str:
        """Give the name of the cluster's session: of its directory of temporary files."""
        return str(self._fact("session_name"))

    def get_temp_dir(self) -> str:
        """Give the directory of the cluster's temporary files, on the driver's node."""
        return str(self._fact("temp_dir"))

    def is_canceled(self) -> NoReturn:
        """Refuse: a driver runs no task that could be cancelled.

        Raises:
            RuntimeError: always, as on any driver.
        """
        raise RuntimeError(_only_in("worker"))

    @property
    def runtime_env(self) -> RuntimeEnv:
        """The job's runtime environment."""
        return RuntimeEnv.deserialize(self.get_runtime_env_string())

    @property
    def namespace(self) -> str:
        """The namespace of the session's named actors."""
        return str(self._fact("namespace"))

    @property
    def gcs_address(self) -> str:
        """Where the cluster's control service listens."""
        return str(self._fact("gcs_address"))

    @property
    def should_capture_child_tasks_in_placement_group(self) -> bool:
        """Whether tasks go into this process's placement group: False on a driver, which is in none."""
        return bool(self._fact("should_capture_child_tasks_in_placement_group"))

    @property
    def was_current_actor_reconstructed(self) -> NoReturn:
        """Refuse: a driver is no actor; raises `AssertionError`, as on any driver."""
        raise AssertionError(_only_in("worker"))

    @property
    def current_actor(self) -> NoReturn:
        """Refuse: a driver is no actor; raises `RuntimeError`, as on any driver."""
        raise RuntimeError(_only_in("actor"))

    @property
    def worker(self) -> Worker:
        """What `ray._private.worker.global_worker` is."""
        return global_worker

    @property
    def job_id(self) -> JobID:
        """The id of the session's job. Deprecated, as in Ray."""
        _deprecated("job_id", "get_job_id()")
        return JobID.from_hex(self.get_job_id())

    @property
    def node_id(self) -> NodeID:
        """The id of the node that the driver runs on. Deprecated, as in Ray."""
        _deprecated("node_id", "get_node_id()")
        return NodeID.from_hex(self.get_node_id())

    @property
    def task_id(self) -> NoReturn:
        """Refuse: a driver runs no task; raises `AssertionError`, as on any driver."""
        _deprecated("task_id", "get_task_id()")
        raise AssertionError(_only_in("worker"))

    @property
    def actor_id(self) -> NoReturn:
        """Refuse: a driver is no actor; raises `AssertionError`, as on any driver."""
        _deprecated("actor_id", "get_actor_id()")
        raise AssertionError(_only_in("worker"))

    @property
    def current_placement_group_id(self) -> PlacementGroupID:
        """The nil id, since a driver is in no placement group. Deprecated, as in Ray."""
        _deprecated("current_placement_group_id", "get_placement_group_id()")
        return PlacementGroupID.nil()


class Worker:
    """This process as Ray's own code sees it, so far as packages ask: see docs/packages.md."""

    @property
    def mode(self) -> int | None:
        """What kind of process this is: a driver (0) while a session is open, else None."""
        return None if find_session() is None else 0

    @property
    def connected(self) -> bool:
        """Whether a session is open."""
        return find_session() is not None

    def check_connected(self) -> None:
        """Raise `NotConnectedError` if no session is open."""
        current_session("global_worker.check_connected()")

    @property
    def current_job_id(self) -> JobID:
        """The id of the session's job."""
        return JobID.from_hex(_context.get_job_id())

    @property
    def current_node_id(self) -> NodeID:
        """The id of the node that the driver runs on."""
        return NodeID.from_hex(_context.get_node_id())

    @property
    def namespace(self) -> str:
        """The namespace of the session's named actors."""
        return _context.namespace

    @property
    def runtime_env(self) -> str:
        """The job's runtime environment, as JSON."""
        return _context.get_runtime_env_string()

    @property
    def worker_id(self) -> bytes:
        """The id of the driver's process."""
        return bytes.fromhex(_context.get_worker_id())

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        full = f"ray._private.worker.global_worker.{name}"
        note_refusal(full)
        raise UnknownNameError(full, True, advice(full))

    def __reduce__(self) -> tuple[Any, ...]:
        return tokens.ray_global, ("ray._private.worker", "global_worker")


def _only_in(place: str) -> str:
    return f"This method is only available when the process is a {place}; this is a client, whose tasks run elsewhere."


def _deprecated(name: str, instead: str) -> None:
    warn_deprecated(f"{name} of the runtime context is deprecated; use {instead} instead")


_context = RuntimeContext()
global_worker = Worker()


def get_runtime_context() -> RuntimeContext:
    """Give the facts of the current session's driver."""
    return _context


shorten_all(globals())
