"""What a session's runtime environment asks of the gateway: packages laid out, and where the driver has to run."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ray_client_server.errors import InvalidRequestError

PACKAGE_SCHEME = "package://"

#: With one of these the driver itself has to run inside the environment, which Ray builds first.
BUILT_KEYS = frozenset(("pip", "uv", "conda", "container", "image_uri", "py_executable"))

#: An address as Ray gives them to what it has uploaded itself.
_STAND_IN = "gcs://_ray_pkg_0.zip"


@dataclass(frozen=True)
class Environment:
    """A runtime environment, ready for a driver of this node."""

    runtime_env: dict[str, Any]
    working_dir: str | None
    python_paths: tuple[str, ...]
    packages: tuple[str, ...]
    is_built: bool


def parse(text: str) -> dict[str, Any]:
    """Read the JSON of a runtime environment.

    Raises:
        InvalidRequestError: it is not a JSON object.
    """
    if not text:
        return {}
    try:
        runtime_env = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError(f"runtime_env_json is not JSON: {error}") from error
    if not isinstance(runtime_env, dict):
        raise InvalidRequestError(f"runtime_env_json is a {type(runtime_env).__name__}, not an object")
    return runtime_env


def package_hash(uri: object) -> str | None:
    """Give the hash in a package's URI, or nothing for anything else.

    >>> package_hash("package://abc"), package_hash("s3://bucket/a.zip")
    ('abc', None)
    """
    return uri[len(PACKAGE_SCHEME) :] if isinstance(uri, str) and uri.startswith(PACKAGE_SCHEME) else None


def packages_of(runtime_env: dict[str, Any]) -> tuple[str, ...]:
    """Give the hashes of all packages that an environment names.

    Raises:
        InvalidRequestError: `py_modules` is not a list.
    """
    modules = runtime_env.get("py_modules") or []
    if not isinstance(modules, list):
        raise InvalidRequestError(f"py_modules is a {type(modules).__name__}, not a list")
    hashes = (package_hash(uri) for uri in (runtime_env.get("working_dir"), *modules))
    return tuple(dict.fromkeys(name for name in hashes if name is not None))


def with_stand_ins(runtime_env: dict[str, Any]) -> dict[str, Any]:
    """Put addresses that Ray takes in the place of packages, which need not be here yet.

    >>> with_stand_ins({"working_dir": "package://", "py_modules": ["package://", "s3://bucket/a.zip"]})
    {'working_dir': 'gcs://_ray_pkg_0.zip', 'py_modules': ['gcs://_ray_pkg_0.zip', 's3://bucket/a.zip']}
    """
    stand_ins = dict(runtime_env)
    if package_hash(runtime_env.get("working_dir")) is not None:
        stand_ins["working_dir"] = _STAND_IN
    if isinstance(modules := runtime_env.get("py_modules"), list):
        stand_ins["py_modules"] = [uri if package_hash(uri) is None else _STAND_IN for uri in modules]
    return stand_ins


def lay_out(runtime_env: dict[str, Any], directory_of: Callable[[str], Path]) -> Environment:
    """Put directories in the place of packages.

    A package of `working_dir` has the directory's contents; one of `py_modules` has modules, side by side, at its top.
    """
    laid_out = dict(runtime_env)
    working_dir: str | None = None
    python_paths: list[str] = []
    is_built = bool(BUILT_KEYS & {key for key, value in runtime_env.items() if value})
    if (sha256 := package_hash(runtime_env.get("working_dir"))) is not None:
        laid_out["working_dir"] = working_dir = str(directory_of(sha256))
    elif named := runtime_env.get("working_dir"):
        working_dir = _directory(named)
        is_built = is_built or working_dir is None
    modules: list[str] = []
    for uri in runtime_env.get("py_modules") or []:
        if (sha256 := package_hash(uri)) is not None:
            top = directory_of(sha256)
            python_paths.append(str(top))
            modules.extend(str(path) for path in sorted(top.iterdir()))
        else:
            modules.append(uri)
            local = _directory(uri)
            is_built = is_built or local is None
            if local is not None:
                python_paths.append(str(Path(local).parent))
    if modules:
        laid_out["py_modules"] = modules
    return Environment(laid_out, working_dir, tuple(python_paths), packages_of(runtime_env), is_built)


def _directory(name: object) -> str | None:
    """Give a directory of this node by its absolute name; nothing for what Ray has to fetch first."""
    return name if isinstance(name, str) and name.startswith("/") and Path(name).is_dir() else None
