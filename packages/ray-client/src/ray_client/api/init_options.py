"""What the options of `ray.init` mean where a session on a running cluster is opened."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from ray_client.api.job_config import JobConfig, as_logging_config
from ray_client.api.logging_config import LoggingConfig
from ray_client.config import env

log = logging.getLogger("ray_client")

# Options that describe a cluster to start, and what Ray says of each when it joins one that runs.
_MUST_NOT: Final = "When connecting to an existing cluster, {} must not be provided"
_REFUSED: Final[dict[str, str]] = {
    **dict.fromkeys(("num_cpus", "num_gpus", "resources", "labels", "object_store_memory"), _MUST_NOT),
    **dict.fromkeys(("_system_config", "_enable_object_reconstruction"), _MUST_NOT),
    "_node_name": "{} cannot be configured when connecting to an existing cluster",
}
# Options that only make sense where a cluster is started, or for a process of the cluster; Ray too is silent there.
_PASSED_OVER: Final = frozenset(
    (
        *("include_dashboard", "dashboard_host", "dashboard_port", "proxy_server_url"),
        *("enable_resource_isolation", "cgroup_path", "system_reserved_cpu", "system_reserved_memory"),
        *("object_spilling_directory", "_plasma_directory", "_node_ip_address", "_memory"),
        *("_driver_object_store_memory", "_redis_username", "_redis_password", "_temp_dir", "_metrics_export_port"),
        *("_tracing_startup_hook", "_skip_env_hook"),
    )
)
# Values that Ray has itself where nothing is given, beside None.
_DEFAULTS: Final[dict[str, tuple[Any, ...]]] = {
    "dashboard_host": ("127.0.0.1", "::1", "localhost"),
    "configure_logging": (True, False),  # only for how Ray's own records are shown
    "local_mode": (False,),
    "enable_resource_isolation": (False,),
    "_enable_object_reconstruction": (False,),
    "_redis_username": ("",),
    "_redis_password": ("",),
    "_skip_env_hook": (False,),
    "_system_config": ({},),
}
_SET_UP_A_JOB: Final = frozenset(("job_config", "logging_config"))
_OF_THIS_PROCESS: Final = frozenset(("logging_format",))
_KNOWN: Final = _REFUSED.keys() | _PASSED_OVER | _DEFAULTS.keys() | _SET_UP_A_JOB | _OF_THIS_PROCESS


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options that say something: neither None nor what Ray has by itself.

    Raises:
        RuntimeError: one is unknown, or is no longer supported by Ray.
        TypeError: one is of a wrong type.
    """
    if unknown := sorted(options.keys() - _KNOWN):
        raise RuntimeError(f"Unknown keyword argument(s): {', '.join(unknown)}; see help(ray_client.init)")
    found = {
        name: value for name, value in options.items() if value is not None and value not in _DEFAULTS.get(name, ())
    }
    if "local_mode" in found:
        raise RuntimeError("`local_mode` is no longer supported; debug a task by calling its function directly")
    if not isinstance(found.get("_system_config", {}), dict):
        raise TypeError("The _system_config must be a dict.")
    if not isinstance(found.get("job_config", JobConfig()), JobConfig):
        raise TypeError(f"job_config must be a JobConfig, got {type(found['job_config'])}")
    return found


def check_joining(options: Mapping[str, Any], target: str, is_lenient: bool) -> None:
    """Look at the options for a cluster that runs already.

    Args:
        options: as `given` gives them.
        target: where the cluster is.
        is_lenient: pass over also what Ray refuses: the program means a cluster of its own, and is run on another.

    Raises:
        ValueError: one describes a cluster that is to be started.
    """
    refused = [name for name in _REFUSED if name in options]
    if refused and is_lenient:
        log.warning(
            "init() passes over %s: this program runs on %s, which has what it has (RAY_CLIENT_STRICT_INIT=1 makes "
            "this an error)",
            _named(refused, options),
            target,
        )
    elif refused:
        words = _REFUSED[refused[0]]
        names = " and ".join(name for name in refused if _REFUSED[name] == words)
        raise ValueError(f"{words.format(names)}: {target} has what it has.")
    if passed_over := sorted(options.keys() & _PASSED_OVER):
        log.info("init() passes over %s: it says something only where a cluster starts", _named(passed_over, options))


def for_embedded(options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options that describe the cluster which the embedded server starts."""
    return {name: value for name, value in options.items() if name in _REFUSED and not name.startswith("_")}


def _named(names: list[str], options: Mapping[str, Any]) -> str:
    return ", ".join(name if "password" in name else f"{name}={options[name]!r}" for name in names)


def level_number(level: int | str) -> int:
    """Give Python's number of a level.

    Raises:
        ValueError: there is no such level.
        TypeError: it is neither a number nor a name.

    >>> level_number("error")
    40
    """
    number = logging.getLevelName(level.upper()) if isinstance(level, str) else level
    if isinstance(number, bool) or not isinstance(number, int):
        if isinstance(level, str):
            raise ValueError(f"Unknown level: {level!r}; write it as logging.INFO or 'INFO'")
        raise TypeError(f"logging_level must be a number or a name, got {type(level)}")
    return number


def record_format(options: Mapping[str, Any]) -> str:
    """Give how the driver's records are to be shown, of all options that `init` was given; empty: as by default.

    Raises:
        ValueError: no record can be written so.
    """
    found = options.get("logging_format") or ""
    if not found or not options.get("configure_logging", True):
        return ""
    logging.Formatter(found)
    return str(found)


def checked_namespace(namespace: str | None) -> str | None:
    """Give the namespace back.

    Raises:
        ValueError: it is empty.
        TypeError: it is no text.
    """
    if namespace is not None and not isinstance(namespace, str):
        raise TypeError(f"namespace must be None or a string, got {type(namespace)}")
    if namespace == "":
        raise ValueError('"" is not a valid namespace. Pass None to not specify a namespace.')
    return namespace


def job_settings(options: Mapping[str, Any], own: Mapping[str, Any]) -> tuple[dict[str, Any], LoggingConfig | None]:
    """Give what the session's job is, from `job_config` and the options that say the same; those win, as in Ray.

    Args:
        options: as `given` gives them.
        own: `namespace`, `runtime_env` and `job_metadata` as `init` was given them.

    Returns:
        These three and `job_config` (docs/protocol.md, rule H7), and how this process is to log.

    Raises:
        ValueError: a value makes no sense.
        TypeError: a value is of a wrong type.
    """
    config: JobConfig = options.get("job_config") or JobConfig()
    metadata = {**config.metadata, **(own.get("job_metadata") or {})}
    for key, value in metadata.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise TypeError(f"metadata of a job is text by text, not {key!r}: {value!r}")
    logs = as_logging_config(options["logging_config"]) if "logging_config" in options else None
    if logs is None and (encoding := env.log_encoding()):
        logs = LoggingConfig(encoding=encoding)
    of_workers = logs or config.py_logging_config
    # An older Ray knows fewer settings, so only those go that were set.
    settings = {name: value for name, value in of_workers.to_dict().items() if value} if of_workers else None
    parts = {"arguments": config._arguments(), "logging_config": settings}
    return {
        "namespace": checked_namespace(own.get("namespace")) or checked_namespace(config.ray_namespace),
        "runtime_env": own.get("runtime_env") or config.runtime_env or None,
        "job_metadata": metadata,
        "job_config": {name: part for name, part in parts.items() if part},
    }, logs
