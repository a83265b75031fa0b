"""Where this program runs, as Ray sees it: the session's driver."""

from __future__ import annotations

from typing import Any

from ray_client.handles.current import current_session


class RuntimeContext:
    """Facts of the session's driver. Each is asked of the cluster when it is read."""

    def get(self) -> dict[str, Any]:
        """Give all of them by name."""
        from ray_client.session import calls

        facts = calls.query_cluster(current_session("get_runtime_context()"), "runtime_context")
        return dict(facts)

    def get_job_id(self) -> str:
        """Give the id of the session's job, in hex."""
        return str(self.get()["job_id"])

    def get_node_id(self) -> str:
        """Give the id of the node that the driver runs on, in hex."""
        return str(self.get()["node_id"])

    def get_worker_id(self) -> str:
        """Give the id of the driver's process, in hex."""
        return str(self.get()["worker_id"])

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

    def get_assigned_resources(self) -> dict[str, float]:
        """Give the resources of the running task: none on a driver."""
        return dict(self.get().get("assigned_resources") or {})

    def get_accelerator_ids(self) -> dict[str, list[str]]:
        """Give the accelerators of this process, by kind."""
        return dict(self.get().get("accelerator_ids") or {})

    def get_runtime_env_string(self) -> str:
        """Give the job's runtime environment as JSON."""
        return str(self.get()["runtime_env_string"])

    @property
    def runtime_env(self) -> dict[str, Any]:
        """The job's runtime environment."""
        import json

        return dict(json.loads(self.get_runtime_env_string()))

    @property
    def namespace(self) -> str:
        """The namespace of the session's named actors."""
        return str(self.get()["namespace"])

    @property
    def gcs_address(self) -> str:
        """Where the cluster's control service listens."""
        return str(self.get()["gcs_address"])

    @property
    def was_current_actor_reconstructed(self) -> bool:
        """False, since a driver is no actor."""
        return False


_context = RuntimeContext()


def get_runtime_context() -> RuntimeContext:
    """Give the facts of the session's driver."""
    return _context
