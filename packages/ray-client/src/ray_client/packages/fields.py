"""The fields of a runtime environment: what can be said of them on this machine, without the cluster."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ray_client.errors import PackageError

#: What a field of requirements may have beside `packages`, and of which type, as in Ray 2.60.
_OF_INSTALLERS: Final[Mapping[str, Mapping[str, type]]] = {
    "pip": {"pip_check": bool, "pip_version": str, "pip_install_options": list},
    "uv": {"uv_check": bool, "uv_version": str, "uv_pip_install_options": list},
}


def checked_fields(runtime_env: Mapping[str, Any]) -> dict[str, Any]:
    """Give the fields that are not None; files that list requirements or describe an environment of conda are read.

    What else a field must be, the cluster's Ray says best, in its words.

    Raises:
        ValueError: fields contradict each other.
        TypeError: a field has the wrong type.
        PackageError: there is no such file.
    """
    fields = {key: value for key, value in runtime_env.items() if value is not None}
    given = [key for key in ("pip", "uv", "conda") if key in fields]
    if len(given) > 1:
        raise ValueError(f"a runtime_env can have only one of 'pip', 'uv' and 'conda', not {given}")
    excludes = fields.get("excludes", [])
    if isinstance(excludes, str) or not all(isinstance(pattern, str) for pattern in excludes):
        raise TypeError(f"runtime_env['excludes'] must be a list of strings, not {excludes!r}")
    env_vars = fields.get("env_vars", {})
    if not isinstance(env_vars, dict) or not all(isinstance(text, str) for pair in env_vars.items() for text in pair):
        raise TypeError(f"runtime_env['env_vars'] must be of type Dict[str, str], not {env_vars!r}")
    for key in _OF_INSTALLERS.keys() & fields.keys():
        fields[key] = _requirements(fields[key], key)
    if "conda" in fields:
        fields["conda"] = _conda(fields["conda"])
    if not isinstance(fields.get("working_dir", ""), str | Path):
        raise TypeError(f"`working_dir` must be a string, got {type(fields['working_dir'])}.")
    if not isinstance(fields.get("py_modules", []), list):
        raise TypeError(f"`py_modules` must be a list, got {type(fields['py_modules'])}")
    return fields


def is_uri(value: str | Path) -> bool:
    """Whether it names a place elsewhere."""
    return isinstance(value, str) and "://" in value


def existing(value: str | Path) -> Path:
    """Give the path of what is on this machine.

    Raises:
        PackageError: there is nothing.
    """
    path = Path(value).expanduser()
    if not path.exists():
        raise PackageError(str(value), "there is no such file or directory on this machine", "correct the path")
    return path


def check_installers(fields: Mapping[str, Any]) -> None:
    """See to it that `pip`, `uv` and `conda` have a form that there is; parts that a newer Ray may have are left to it.

    Raises:
        ValueError: there is nothing to install.
        TypeError: one has the wrong type.
    """
    if not isinstance(fields.get("conda", ""), str | dict):
        raise TypeError(f"runtime_env['conda'] must be of type str or dict, not {fields['conda']!r}")
    for key in _OF_INSTALLERS.keys() & fields.keys():
        value = fields[key]
        if isinstance(value, list) and all(isinstance(requirement, str) for requirement in value):
            continue
        if not isinstance(value, dict):
            raise TypeError(f"runtime_env[{key!r}] must be of type str, List[str] or dict, not {value!r}")
        if not isinstance(value.get("packages"), list):
            raise ValueError(f"runtime_env[{key!r}]['packages'] must be of type list, not {value.get('packages')!r}")
        for part, kind in _OF_INSTALLERS[key].items():
            if not isinstance(value.get(part, kind()), kind):
                raise TypeError(f"runtime_env[{key!r}][{part!r}] must be of type {kind.__name__}, not {value[part]!r}")


def _requirements(value: Any, key: str) -> Any:
    """Give the packages of a `pip` or `uv` field; the name of a requirements file becomes what is in it."""
    if isinstance(value, dict):
        named = value.get("packages")
        return {**value, "packages": _requirements(named, key)} if key == "pip" and isinstance(named, str) else value
    if not isinstance(value, str):
        return value
    return [line for line in existing(value).read_text(encoding="utf-8").strip().split("\n") if line.strip()]


def _conda(value: Any) -> Any:
    """Give what a `conda` field says; the name of a file becomes what is in it."""
    if not isinstance(value, str) or not value.endswith((".yaml", ".yml")):
        return value
    try:
        yaml: Any = importlib.import_module("yaml")
    except ImportError:
        raise PackageError(
            value, "reading a conda file needs the package pyyaml", "install it, or give the file's contents as a dict"
        ) from None
    return yaml.safe_load(existing(value).read_text(encoding="utf-8"))
