"""Jobs that are submitted from here: their runtime environments may name directories of this machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ray_client.cluster_only import LibraryValue
from ray_client_libraries.held import Here, Method
from ray_client_proto.wire import tokens

if TYPE_CHECKING:
    from ray_client.session.session import Session  # loads protobuf


class LocalEnvironment(LibraryValue):
    """A runtime environment with directories of this machine; in the driver they are copies there."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields

    def token_in(self, session: Session) -> tuple[Any, ...]:
        """Bring the directories to the server (T16); raises as `prepare_runtime_env`."""
        return tokens.runtime_env, (session.prepare_runtime_env(self._fields),)


class SubmitsJobs(LibraryValue):
    """What objects have here that stand for the client of the dashboard."""

    __slots__ = ()

    def submit_job(self, **options: Any) -> str:
        """Submit a job; `working_dir` and `py_modules` of its `runtime_env` are of this machine, as natively."""
        if isinstance(fields := options.get("runtime_env"), Mapping):
            options["runtime_env"] = LocalEnvironment(fields)
        job: str = Method(self, "submit_job")(**options)
        return job


class OfJobs(Here):
    """What such a class does here: its method above."""

    module = __name__
