"""The names of `ray.runtime_env`: dictionaries with a constructor that has the fields as keywords."""

from __future__ import annotations

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
            ValueError: more than one of `pip`, `uv` and `conda` is given.
            TypeError: a variable's name or value is no text.
        """
        from ray_client.packages.environment import check_env_vars  # loads what only environments need

        check_env_vars({} if env_vars is None else env_vars)
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
        super().__init__(**others, **{key: value for key, value in fields.items() if value is not None})
        given = [key for key in ("pip", "uv", "conda") if key in self]
        if len(given) > 1:
            raise ValueError(f"a runtime_env can have only one of 'pip', 'uv' and 'conda', not {given}")

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)  # what Ray takes anywhere, and checks itself

    def to_dict(self) -> dict[str, Any]:
        """Give a plain dictionary with the same fields."""
        return dict(self)


shorten_all(globals())
