"""Joining the cluster: what the session's Ray job is. Like `ray_port` it imports `ray`."""

from __future__ import annotations

import functools
import inspect
import logging
from typing import Any, Final

import ray
from ray._private.ray_logging import global_worker_stdstream_dispatcher
from ray._private.serialization import SerializationContext
from ray.job_config import JobConfig

from ray_client_server.config import DriverSettings
from ray_client_server.driver.errors import has_text, text_of
from ray_client_server.driver.port import Joined

#: Arguments of `JobConfig` that a session has by other ways, or that are about Ray's own client.
_NOT_FROM_CLIENTS: Final = frozenset(("runtime_env", "metadata", "ray_namespace", "_client_job"))


def join(settings: DriverSettings) -> Joined:
    """Make this process a driver of the cluster, with the session's namespace and runtime environment.

    Raises:
        ConnectionError: the cluster cannot be reached.
        ray.exceptions.RuntimeEnvSetupError: the runtime environment cannot be set up.
        ValueError: Ray refuses the runtime environment or another setting.
    """
    _contain_values()
    context = ray.init(
        address=settings.cluster_address,
        namespace=settings.namespace or None,
        runtime_env=settings.runtime_env or None,
        job_config=_job_config(settings),
        log_to_driver=settings.log_to_driver,
        logging_level=settings.logging_level or logging.INFO,
    )
    # Worker output goes to the logs channel; Ray would print it into the driver's own output.
    global_worker_stdstream_dispatcher.remove_handler("ray_print_logs")
    facts = ray.get_runtime_context()
    return Joined(
        job_id=facts.get_job_id(),
        node_id=facts.get_node_id(),
        namespace=facts.namespace,
        dashboard_url=context.dashboard_url or "",
        ray_version=ray.__version__,
    )


def _contain_values() -> None:
    """Have whatever a value raises as it is unpickled become that value's failure.

    Ray does this with `Exception` alone. Anything else (`SystemExit`, say) leaves the callback that waits for the
    object uncalled, without a word, and the client would wait for ever; natively it ends the program.
    """
    original = SerializationContext._deserialize_object
    if hasattr(original, "__wrapped__"):  # by an earlier call of this
        return

    @functools.wraps(original)
    def contained(self: SerializationContext, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(self, *args, **kwargs)
        except BaseException as error:
            if isinstance(error, Exception) and has_text(error):
                raise
            raise RuntimeError(f"{type(error).__qualname__}: {text_of(error)}") from None

    SerializationContext._deserialize_object = contained  # type: ignore[method-assign]


def _job_config(settings: DriverSettings) -> JobConfig:
    """Give Ray's settings of the job from what the client says of it (rule H7)."""
    arguments = dict(settings.job_config.get("arguments") or {})
    _check("JobConfig", arguments, inspect.signature(JobConfig).parameters.keys() - _NOT_FROM_CLIENTS)
    # With a code search path Ray's workers import each function by its module, and what a client sends is in none.
    # This argument, which Ray does not call public, only puts the directories on the workers' search path.
    search_path = [*arguments.pop("code_search_path", ()), *arguments.pop("_py_driver_sys_path", ())]
    found = JobConfig(metadata=dict(settings.job_metadata), _py_driver_sys_path=search_path, **arguments)
    if logging_arguments := settings.job_config.get("logging_config"):
        # Not through `ray.init`, which would set up this process's own logging too.
        _check("LoggingConfig", logging_arguments, inspect.signature(ray.LoggingConfig).parameters.keys())
        found.set_py_logging_config(ray.LoggingConfig(**logging_arguments))
    return found


def _check(name: str, arguments: dict[str, Any], known: set[str] | Any) -> None:
    if unknown := sorted(arguments.keys() - known):
        raise ValueError(f"{name} of Ray {ray.__version__} does not take {', '.join(unknown)}")
