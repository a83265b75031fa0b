"""A runtime environment as the user wrote it, made ready to be sent: local paths become packages or contents."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from ray_client.config import env
from ray_client.errors import PackageError
from ray_client.packages.archive import URI_SCHEME, Package, describe, pack
from ray_client.packages.fields import checked_fields, existing, is_uri

#: Brings a package to the gateway, if it is not there.
Upload = Callable[[Package], object]
#: Has the cluster's Ray judge an environment whose local directories are `package://`, and raises as it does.
Check = Callable[[dict[str, Any]], None]

#: With nothing else than these the cluster's Ray has nothing to refuse that is not seen here.
_CHECKED_HERE: Final = frozenset({"working_dir", "py_modules", "env_vars"})


def prepare_runtime_env(
    runtime_env: Mapping[str, Any] | None,
    upload: Upload,
    shipped: dict[str, str] | None = None,
    check: Check | None = None,
) -> dict[str, Any]:
    """Give the environment with `package://` URIs for local directories, which have been uploaded.

    Args:
        runtime_env: as the user wrote it.
        upload: brings a package to the gateway.
        shipped: takes the name of each module that was packed, with its file here.
        check: has the cluster's Ray judge it, before anything is packed.

    Raises:
        PackageError: a local path cannot be packed.
        ValueError, TypeError: a field makes no sense, here or to the cluster's Ray.
        RayClientError: the gateway did not take a package.
    """
    prepared = checked_fields(runtime_env or {})
    excludes = prepared.pop("excludes", [])
    if callable(prepared.get("worker_process_setup_hook")):
        raise TypeError(
            "runtime_env['worker_process_setup_hook'] of a task or an actor must be the name of a function, as "
            "'module.function'; only init() takes a function"
        )
    unpacked = _without_local_paths(prepared)
    try:
        json.dumps(unpacked)
    except (TypeError, ValueError) as exc:
        raise TypeError(f"runtime_env must hold nothing but plain values (JSON): {exc}") from exc
    places = [unpacked.get("working_dir", URI_SCHEME), *unpacked.get("py_modules", [])]
    if check is not None and (unpacked.keys() - _CHECKED_HERE or any(place != URI_SCHEME for place in places)):
        check(unpacked)
    with tempfile.TemporaryDirectory(prefix="ray-client-") as name:
        packer = _Packer(Path(name), list(excludes))
        if "working_dir" in prepared:
            prepared["working_dir"] = packer.working_dir(prepared["working_dir"])
        if "py_modules" in prepared:
            prepared["py_modules"] = [packer.module(module) for module in prepared["py_modules"]]
        for package in packer.packages:  # now that nothing can go wrong here
            upload(package)
            if shipped is not None:
                shipped.update(package.modules)
    return prepared


def _without_local_paths(runtime_env: dict[str, Any]) -> dict[str, Any]:
    """Give the environment with a bare `package://` for each place on this machine.

    Raises:
        TypeError: a place is named by something that names none.
    """
    named = dict(runtime_env)
    if "working_dir" in named:
        value = named["working_dir"]
        if not isinstance(value, str | Path):
            raise TypeError(f"`working_dir` must be a string, got {type(value)}.")
        named["working_dir"] = value if is_uri(value) else URI_SCHEME
    modules = []
    for value in named.get("py_modules", ()):
        if not isinstance(value, str | Path | ModuleType):
            raise TypeError(f"`py_modules` must be a list of file paths, URIs, or imported modules, got {type(value)}.")
        modules.append(value if isinstance(value, str) and is_uri(value) else URI_SCHEME)
    return {**named, "py_modules": modules} if "py_modules" in named else named


class _Packer:
    """Packs what is on this machine's disk; what is elsewhere stays as it is written."""

    def __init__(self, scratch: Path, excludes: list[str]) -> None:
        self._scratch, self._excludes = scratch, excludes
        self.packages: list[Package] = []

    def working_dir(self, value: str | Path) -> str:
        if is_uri(value):
            return str(value)
        path = existing(value)
        if path.is_dir():
            return self._packed(path, [*env.default_excludes(), *self._excludes])
        if not zipfile.is_zipfile(path):
            raise PackageError(str(path), "it is neither a directory nor a zip file", "give one of these")
        return self._kept(describe(path))

    def module(self, value: str | Path | ModuleType) -> str:
        if isinstance(value, ModuleType):
            value = _path_of(value)
        if is_uri(value):
            return str(value)
        path = existing(value)
        if path.is_dir():
            return self._packed(path, self._excludes, prefix=f"{path.resolve().name}/")
        if path.suffix == ".py":
            return self._packed(path, self._excludes)
        if path.suffix == ".whl":
            return self._kept(describe(path))
        raise ValueError(f"py_modules entry must be a .py file, a directory, or a .whl file; got {path}")

    def _packed(self, path: Path, excludes: list[str], prefix: str = "") -> str:
        return self._kept(pack(path, self._scratch / f"{len(self.packages)}.zip", excludes, prefix))

    def _kept(self, package: Package) -> str:
        self.packages.append(package)
        return package.uri


def _path_of(module: ModuleType) -> str:
    """Give the directory of a package, or the file of a plain module."""
    for path in getattr(module, "__path__", ()):
        return str(path)
    if module.__file__ is None:
        raise PackageError(module.__name__, "the module has no file", "give a module that was imported from a file")
    return module.__file__
