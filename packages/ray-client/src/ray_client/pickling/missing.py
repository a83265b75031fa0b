"""What to do about a module that one side lacks."""

from __future__ import annotations

import json
import sys
from importlib import metadata
from importlib.machinery import PathFinder

from ray_client.pickling.locality import is_local, is_local_file


def line_to_add(module: str) -> str:
    """Give the line of code that brings a module to the cluster: the user's own by its path, others by their package.

    >>> line_to_add("no_such_module")
    'runtime_env={"pip": ["no_such_module"]}'
    """
    top = module.partition(".")[0]
    path = _own_path(top)
    if path is not None:
        return f'runtime_env={{"py_modules": [{json.dumps(path)}]}}'
    package, version = _package_of(top)
    return f'runtime_env={{"pip": [{json.dumps(f"{package}=={version}" if version else package)}]}}'


def install_command(module: str) -> str:
    """Give the command that brings a module to this environment."""
    return f"{sys.executable} -m pip install {_package_of(module.partition('.')[0])[0]}"


def _own_path(top: str) -> str | None:
    """Give the directory or the file of a module of the user's own, if it is here."""
    spec = PathFinder.find_spec(top) if top not in sys.modules else sys.modules[top].__spec__
    if spec is not None and spec.origin is None and spec.submodule_search_locations:
        place = next(iter(spec.submodule_search_locations))  # a package without a file of its own
        return place if is_local(place) else None
    origin = None if spec is None else spec.origin
    if origin is None or not is_local_file(origin):
        return None
    return origin.removesuffix("/__init__.py").removesuffix("\\__init__.py")


def _package_of(top: str) -> tuple[str, str]:
    """Give the name and version of the installed package that has a module; the module's own name if none has."""
    for package in metadata.packages_distributions().get(top, ()):
        return package, metadata.version(package)
    return top, ""
