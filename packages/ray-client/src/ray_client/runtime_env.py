"""The names of `ray.runtime_env`: dictionaries with a constructor that has the fields as keywords."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ray_client.tracebacks import shorten_all

__all__ = ["RuntimeEnv", "RuntimeEnvConfig"]


class RuntimeEnvConfig(dict[str, Any]):
    """How an environment is set up: `runtime_env["config"]`."""

    def __init__(
        self, setup_timeout_seconds: int = 600, eager_install: bool = True, log_files: list[str] | None = None
    ) -> None:
        """Take the fields.

        Raises:
            ValueError: the timeout is neither more than 0 nor -1.
            TypeError: a field has the wrong type.
        """
        if not isinstance(setup_timeout_seconds, int):
            raise TypeError(f"setup_timeout_seconds must be of type int, got: {type(setup_timeout_seconds)}")
        if not isinstance(eager_install, bool):
            raise TypeError(f"eager_install must be a boolean, got: {type(eager_install)}")
        if log_files is not None and not isinstance(log_files, list):
            raise TypeError(f"log_files must be a list of strings or None, got: {type(log_files)}")
        if setup_timeout_seconds <= 0 and setup_timeout_seconds != -1:
            raise ValueError(
                f"setup_timeout_seconds must be greater than zero or equals to -1, got: {setup_timeout_seconds}"
            )
        super().__init__(
            setup_timeout_seconds=setup_timeout_seconds, eager_install=eager_install, log_files=log_files or []
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)  # what Ray takes anywhere, and checks itself


class RuntimeEnv(dict[str, Any]):
    """What tasks and actors find around them: files, packages, variables. Fields that are not given are not in it."""

    def __init__(
        self,
        *,
        py_modules: list[Any] | None = None,
        py_executable: str | None = None,
        working_dir: str | None = None,
        pip: str | list[str] | dict[str, Any] | None = None,
        conda: str | dict[str, Any] | None = None,
        container: dict[str, str] | None = None,
        env_vars: dict[str, str] | None = None,
        worker_process_setup_hook: str | Callable[[], Any] | None = None,
        nsight: str | dict[str, str] | None = None,
        rocprof_sys: str | dict[str, Any] | None = None,
        config: dict[str, Any] | None = None,
        image_uri: str | None = None,
        uv: str | list[str] | dict[str, Any] | None = None,
        **others: Any,
    ) -> None:
        """Take the fields, under the names of Ray's documentation.

        Raises:
            ValueError: fields contradict each other, a value makes no sense, or there is no such file or directory.
            TypeError: a field has the wrong type, or a variable's name or value is no text.
        """
        # Loads what only environments need.
        from ray_client.packages.fields import check_installers, checked_fields, existing, is_uri

        fields = {
            "py_modules": py_modules,
            "py_executable": py_executable,
            "working_dir": working_dir,
            "pip": pip,
            "uv": uv,
            "conda": conda,
            "_nsight": nsight,
            "_rocprof_sys": rocprof_sys,
            "container": container,
            "env_vars": env_vars,
            "config": config,
            "worker_process_setup_hook": worker_process_setup_hook,
            "image_uri": image_uri,
        }
        super().__init__(checked_fields({**others, **fields}))
        check_installers(self)
        if "config" in self:
            self["config"] = _config(self["config"])
        for place in (working_dir, *(py_modules or ())):
            if isinstance(place, str) and not is_uri(place):
                existing(place)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)  # what Ray takes anywhere, and checks itself

    def to_dict(self) -> dict[str, Any]:
        """Give a plain dictionary with the same fields."""
        return dict(self)

    @classmethod
    def deserialize(cls, serialized_runtime_env: str) -> RuntimeEnv:
        """Give the environment that `serialize` wrote, here or on the cluster; it is not checked again, as in Ray."""
        made = cls()
        made.update(json.loads(serialized_runtime_env))
        if "config" in made:
            made["config"] = _config(made["config"])
        return made

    def serialize(self) -> str:
        """Give the fields as JSON."""
        return json.dumps(self, sort_keys=True)

    def env_vars(self) -> dict[str, str]:
        """Give the variables."""
        return dict(self.get("env_vars") or {})

    def working_dir(self) -> str:
        """Give the working directory; empty if there is none."""
        return self.get("working_dir") or ""

    def py_modules(self) -> list[Any]:
        """Give the modules."""
        return list(self.get("py_modules") or [])

    def py_executable(self) -> str | None:
        """Give the command that starts Python, if one was given."""
        return self.get("py_executable")

    def image_uri(self) -> str | None:
        """Give the container's image, if one was given."""
        return self.get("image_uri")

    def has_working_dir(self) -> bool:
        """Whether there is a working directory."""
        return bool(self.get("working_dir"))

    def has_pip(self) -> bool:
        """Whether pip installs packages."""
        return bool(self.get("pip"))

    def has_uv(self) -> bool:
        """Whether uv installs packages."""
        return bool(self.get("uv"))

    def has_conda(self) -> bool:
        """Whether it is one of conda's environments."""
        return bool(self.get("conda"))


def _config(fields: Any) -> RuntimeEnvConfig:
    """Give how an environment is set up; what Ray does not know is passed over, as Ray does."""
    if not isinstance(fields, dict):
        raise TypeError(f"runtime_env['config'] must be of type dict or RuntimeEnvConfig, got: {type(fields)}")
    known = ("setup_timeout_seconds", "eager_install", "log_files")
    return RuntimeEnvConfig(**{key: fields[key] for key in known if key in fields})


shorten_all(globals())
