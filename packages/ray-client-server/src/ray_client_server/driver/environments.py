"""Runtime environments of single tasks and actors: what the client has packed is brought to where workers find it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_server.driver.errors import refused
from ray_client_server.driver.port import RayPort

_SCHEME: Final = "package://"


class Environments:
    """Makes runtime environments of options ready for Ray, which takes local directories for jobs only."""

    def __init__(self, port: RayPort, packages_dir: str) -> None:
        self._port, self._packages_dir = port, packages_dir

    def ready(self, runtime_env: dict[str, Any]) -> dict[str, Any]:
        """Give the environment with addresses that workers can fetch in the place of the client's packages.

        Raises:
            OperationError: a package is not here.
        """
        if not any(
            isinstance(uri, str) and uri.startswith(_SCHEME)
            for uri in (runtime_env.get("working_dir"), *(runtime_env.get("py_modules") or ()))
        ):
            return runtime_env
        return self._port.upload_directories(self.laid_out(runtime_env))

    def laid_out(self, runtime_env: dict[str, Any]) -> dict[str, Any]:
        """Give the environment with directories of this machine in the place of the client's packages (T16).

        Raises:
            OperationError: a package is not here.
        """
        local = dict(runtime_env)
        if working_dir := self._directory(local.get("working_dir")):
            local["working_dir"] = str(working_dir)
        if "py_modules" in local:
            local["py_modules"] = [path for uri in local["py_modules"] for path in self._modules(uri)]
        return local

    def _modules(self, uri: Any) -> list[Any]:
        top = self._directory(uri)
        return [uri] if top is None else [str(path) for path in sorted(top.iterdir())]

    def _directory(self, uri: object) -> Path | None:
        """Give where a package is laid out; None for what is no package."""
        if not isinstance(uri, str) or not uri.startswith(_SCHEME):
            return None
        sha256 = uri[len(_SCHEME) :]
        path = Path(self._packages_dir) / sha256
        if not self._packages_dir or not sha256.isalnum() or not path.is_dir():
            raise refused(Failure.INVALID_ARGUMENT, f"package {sha256[:80]} is not here; upload it first")
        return path
