"""`JobConfig`: what the session's Ray job is, as `init(job_config=...)` takes it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final

from ray_client.api.logging_config import LoggingConfig

_LIFETIMES: Final = ("detached", "non_detached")


class JobConfig:
    """Settings of a job: of its metadata, its namespace, its runtime environment, its code."""

    def __init__(
        self,
        jvm_options: list[str] | None = None,
        code_search_path: list[str] | None = None,
        runtime_env: Mapping[str, Any] | None = None,
        _client_job: bool = False,
        metadata: dict[str, str] | None = None,
        ray_namespace: str | None = None,
        default_actor_lifetime: str = "non_detached",
        _disable_job_level_lineage_reconstruction: bool = False,
        _py_driver_sys_path: list[str] | None = None,
    ) -> None:
        """Take the settings.

        Args:
            jvm_options: of the job's Java workers.
            code_search_path: directories of the cluster where workers, and the session's driver, look for modules.
            runtime_env: the job's runtime environment.
            _client_job: taken for Ray's sake; it changes nothing here.
            metadata: of the job, text by text.
            ray_namespace: for the names of actors.
            default_actor_lifetime: of actors that do not say theirs: `detached` or `non_detached`.
            _disable_job_level_lineage_reconstruction: lost objects of the job are not made again.
            _py_driver_sys_path: directories of the cluster where workers look for modules.

        Raises:
            TypeError: the code search path is no list.
            ValueError: there is no such lifetime.
        """
        if not isinstance(code_search_path or [], list | tuple):
            raise TypeError(f"The type of code search path is incorrect: {type(code_search_path)}")
        self.jvm_options = jvm_options or []
        self.code_search_path = code_search_path or []
        self._client_job = _client_job
        self.metadata = metadata or {}
        self.ray_namespace = ray_namespace
        self.set_runtime_env(runtime_env)
        self.set_default_actor_lifetime(default_actor_lifetime)
        self._disable_job_level_lineage_reconstruction = _disable_job_level_lineage_reconstruction
        self._py_driver_sys_path = _py_driver_sys_path or []
        self.py_logging_config: LoggingConfig | None = None

    @classmethod
    def from_json(cls, job_config_json: Mapping[str, Any]) -> JobConfig:
        """Make one of what a job's settings are as JSON; what is missing has its default.

        Raises:
            TypeError: the code search path is no list.
        """
        names = ("jvm_options", "code_search_path", "runtime_env", "metadata", "ray_namespace")
        hidden = ("client_job", "disable_job_level_lineage_reconstruction", "py_driver_sys_path")
        given: dict[str, Any] = {name: job_config_json.get(name) for name in names}
        given |= {f"_{name}": job_config_json[name] for name in hidden if name in job_config_json}
        return cls(**given)

    def set_metadata(self, key: str, value: str) -> None:
        """Add one piece of metadata, in place of what the key had."""
        self.metadata[key] = value

    def set_runtime_env(self, runtime_env: Mapping[str, Any] | None, validate: bool = False) -> None:
        """Set the runtime environment.

        Args:
            runtime_env: of the job; None: none.
            validate: find what is wrong in it now, and not when it is used.

        Raises:
            ValueError, TypeError: it makes no sense, where `validate` asks for that.
        """
        from ray_client.runtime_env import RuntimeEnv

        given = runtime_env if runtime_env is not None else {}
        self.runtime_env: Mapping[str, Any] = RuntimeEnv(**given) if validate else given

    def set_py_logging_config(self, logging_config: LoggingConfig | None = None) -> None:
        """Set how the job's workers log."""
        self.py_logging_config = logging_config

    def ensure_logging_config(self, logging_config: dict[str, Any] | LoggingConfig | None = None) -> None:
        """Set how the job's workers log, where that was not set before.

        Raises:
            TypeError: it is neither a dictionary nor a `LoggingConfig`.
        """
        if logging_config is not None and self.py_logging_config is None:
            self.set_py_logging_config(as_logging_config(logging_config))

    def set_ray_namespace(self, ray_namespace: str) -> None:
        """Set the namespace for the names of actors."""
        self.ray_namespace = ray_namespace

    def set_default_actor_lifetime(self, default_actor_lifetime: str) -> None:
        """Set the lifetime of actors that do not say theirs.

        Raises:
            ValueError: it is neither `detached` nor `non_detached`.
        """
        if default_actor_lifetime not in _LIFETIMES:
            raise ValueError("Default actor lifetime must be one of `detached`, `non_detached`")
        self._default_actor_lifetime = default_actor_lifetime

    def __reduce__(self) -> tuple[Any, ...]:
        # Ray's class keeps some settings in another form; its constructor makes that of the arguments. That of an older
        # Ray takes fewer, so only those go that were set.
        names = ("runtime_env", "_client_job", "metadata", "ray_namespace")
        found = self._arguments() | {name: value for name in names if (value := getattr(self, name))}
        return functools.partial(JobConfig, **found), ()

    def __setstate__(self, state: dict[str, Any]) -> None:
        # That of Ray's class: it has a lifetime as a number, in this order, and a message of protobuf that it keeps.
        known = {name: value for name, value in state.items() if name in vars(JobConfig())}
        lifetime = _LIFETIMES[state["_default_actor_lifetime"]]
        vars(self).update({**vars(JobConfig()), **known, "_default_actor_lifetime": lifetime})

    def _arguments(self) -> dict[str, Any]:
        """Give what was set, under the names of Ray's constructor, without what a session has by other ways."""
        found = {
            "jvm_options": list(self.jvm_options),
            "code_search_path": [str(path) for path in self.code_search_path],
            "_disable_job_level_lineage_reconstruction": self._disable_job_level_lineage_reconstruction,
            "_py_driver_sys_path": [str(path) for path in self._py_driver_sys_path],
        }
        if self._default_actor_lifetime == "detached":
            found["default_actor_lifetime"] = "detached"
        return {name: value for name, value in found.items() if value}


JobConfig.__module__ = "ray_client.job_config"


def as_logging_config(given: Mapping[str, Any] | LoggingConfig) -> LoggingConfig:
    """Give a `LoggingConfig` for what was given as one.

    Raises:
        TypeError: it is neither a dictionary nor a `LoggingConfig`.
        ValueError: a value in it makes no sense.
    """
    if isinstance(given, LoggingConfig):
        return given
    if not isinstance(given, Mapping):
        raise TypeError(f"logging_config must be a dict or LoggingConfig, got {type(given)}")
    return LoggingConfig.from_dict(given)
