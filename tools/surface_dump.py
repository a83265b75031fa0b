"""The public names of one side as JSON: what a program finds in `ray` or in `ray_client`.

    python tools/surface_dump.py ray > ray.json
    python tools/surface_dump.py ray_client ray.json > ray_client.json

Run by the interpreter of that side. Of `ray` all public modules are looked at, but for its libraries (`LIBRARIES`); of
`ray_client` those that the first found. Both sides give names as of `ray`.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import json
import pkgutil
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

#: What Ray ships beside its Core: libraries, and what is no module of the API at all.
LIBRARIES = frozenset(
    [
        "air",
        "autoscaler",
        "cluster_utils",
        "core",
        "dashboard",
        "data",
        "job_submission",
        "llm",
        "rllib",
        "scripts",
        "serve",
        "setup-dev",
        "thirdparty_files",
        "train",
        "tune",
        "workflow",
    ]
)
#: Packages of which only the top is looked at: Ray's own client, whose modules are programs and servers too.
CLOSED = frozenset({"ray.util.client"})
#: Methods by which Python's own syntax uses an object. Others with two underscores say nothing of what it can do.
SYNTAX = frozenset(
    [
        "__aenter__",
        "__aexit__",
        "__aiter__",
        "__anext__",
        "__await__",
        "__call__",
        "__contains__",
        "__enter__",
        "__eq__",
        "__exit__",
        "__getitem__",
        "__hash__",
        "__int__",
        "__iter__",
        "__len__",
        "__lt__",
        "__next__",
        "__setitem__",
    ]
)
#: Of these, defaults are compared by value; of other types, that there is one.
PLAIN = (bool, int, float, str, bytes, type(None))
#: What importing a module raises that is not here: of an extra that is not installed, or one that Ray has removed.
UNAVAILABLE = (ImportError, DeprecationWarning)
#: As the default of a parameter: it has one, of whatever value.
ANY = "..."


def main(top: str, other: str = "") -> None:
    """Print what the package has, in the modules that the dump `other` has."""
    package = importlib.import_module(top)
    known = json.loads(Path(other).read_text()) if other else {}
    if known:  # of ours a module may come when it is asked for: only who asks by name sees it
        at_once = {name: _lent(package, name, inner) for name, inner in known["at_once"].items()}
    else:
        at_once = {name: _submodules(module) for name, module in _reachable(package, top)}
    modules: dict[str, Any] = {}
    seen: dict[int, str] = {}
    for name in sorted(known.get("modules") or _public_modules(top)):
        try:
            module = importlib.import_module(top + name[len("ray") :])
        except UNAVAILABLE as exc:
            modules[name] = {"missing": f"{type(exc).__name__}: {exc}".replace(top, "ray")}
        else:
            modules[name] = {"names": dict(_names(module, top, seen))}
    distribution = "ray" if top == "ray" else "ray-client"
    version = importlib.metadata.version(distribution)
    json.dump({"version": version, "at_once": at_once, "modules": modules}, sys.stdout, indent=1, sort_keys=True)


def _public_modules(top: str) -> Iterator[str]:
    """Yield the names of all modules without an underscore, as of `ray`, without importing libraries."""
    yield "ray"
    todo = [(top, importlib.import_module(top))]
    while todo:
        package_name, package = todo.pop()
        for info in pkgutil.iter_modules(package.__path__):
            name = f"{package_name}.{info.name}"
            is_library = package_name == top and info.name in LIBRARIES
            if info.name.startswith("_") or is_library or info.name in ("tests", "examples", "conftest"):
                continue
            as_of_ray = "ray" + name[len(top) :]
            yield as_of_ray
            if info.ispkg and as_of_ray not in CLOSED:
                try:
                    todo.append((name, importlib.import_module(name)))
                except UNAVAILABLE:
                    continue


def _reachable(package: types.ModuleType, top: str) -> Iterator[tuple[str, types.ModuleType]]:
    """Yield the public modules that are attributes of attributes, once the package alone is imported."""
    todo, seen = [package], set[str]()
    while todo:
        module = todo.pop()
        if module.__name__ in seen:
            continue
        seen.add(module.__name__)
        yield "ray" + module.__name__[len(top) :], module
        todo += [getattr(module, name) for name in _submodules(module)]


def _lent(package: types.ModuleType, name: str, inner: list[str]) -> list[str]:
    """Give those of the names that are modules as attributes of a module, which is reached by attributes as well."""
    module: Any = package
    for part in name.split(".")[1:]:
        module = getattr(module, part, None)
    return [one for one in inner if isinstance(getattr(module, one, None), types.ModuleType)]


def _submodules(module: types.ModuleType) -> list[str]:
    """Give the names of the public modules inside a module that are its attributes."""
    found = []
    for name in dir(module):
        value = None if name.startswith("_") or name in LIBRARIES else getattr(module, name, None)
        if isinstance(value, types.ModuleType) and value.__name__ == f"{module.__name__}.{name}":
            found.append(name)
    return found


def _names(module: types.ModuleType, top: str, seen: dict[int, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what a module has; classes and functions of Ray's are looked into at the first of their names only."""
    listed = getattr(module, "__all__", ())
    for name in dir(module):
        value = None if name.startswith("_") else getattr(module, name, None)
        if value is None or not _is_own(value, name, module, top, listed):
            continue
        full = f"{module.__name__}.{name}"
        described = _describe(value, top)
        if top == "ray" and callable(value) and seen.setdefault(id(value), full) != full:
            described = {"kind": described["kind"]}
        yield name, described


def _is_own(value: object, name: str, module: types.ModuleType, top: str, listed: Any) -> bool:
    """Tell whether a name is the package's own, and not just what the module imported for its own use."""
    if isinstance(value, types.ModuleType):
        return value.__name__ == f"{module.__name__}.{name}"
    if isinstance(value, TypeVar) or name == "TYPE_CHECKING":
        return False
    home = getattr(value, "__module__", None)
    if name in listed or home is None or not isinstance(home, str):
        return name in listed or isinstance(value, (*PLAIN, list, dict, tuple, set, frozenset))
    if top != "ray":
        return home.partition(".")[0] == top
    # What a module of Ray's takes from a private one, or from a sibling, without listing it, it only uses.
    return home == module.__name__ or home.startswith(f"{module.__name__}.")


def _describe(value: Any, top: str) -> dict[str, Any]:
    if isinstance(value, types.ModuleType):
        return {"kind": "module"}
    if inspect.isclass(value):
        bases = [_class_name(cls, top) for cls in value.__mro__]
        members = {name: _member(value, name) for name in dir(value) if _is_public(value, name, top)}
        return {"kind": "class", "bases": bases, "members": members, "signature": _signature(value)}
    if callable(value):
        return {"kind": "function", "signature": _signature(value)}
    return {"kind": "value", "value": repr(value) if isinstance(value, PLAIN) else type(value).__name__}


def _class_name(cls: type, top: str) -> str:
    """Give a class's name; of the package's own without the module, which is where it happens to be defined."""
    is_own = cls.__module__.partition(".")[0] == top
    return cls.__qualname__ if is_own or cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def _is_public(cls: type, name: str, top: str) -> bool:
    """Tell whether a member is the class's own to show: not what a public base of it has as well."""
    if name.startswith("_") and name not in SYNTAX:
        return False
    home = next((base for base in cls.__mro__ if name in vars(base)), object)
    if top != "ray" or home is cls:
        return home is not object
    return home.__module__.startswith("ray.") and (home.__name__.startswith("_") or "._" in home.__module__)


def _member(cls: type, name: str) -> dict[str, Any]:
    static = inspect.getattr_static(cls, name)
    value = getattr(cls, name, None)
    if isinstance(static, property) or inspect.isdatadescriptor(static):
        return {"kind": "property"}
    if callable(value) and not inspect.isclass(value):
        return {"kind": "method", "signature": None if name.startswith("__") else _signature(value)}
    return {"kind": "value"}


def _signature(function: Any) -> list[list[str]] | None:
    """Give name, kind and default of each parameter; None where Python does not know them."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    # The names of `*args` and `**kwargs` are nobody's business.
    return [["" if one.kind.name.startswith("VAR_") else one.name, one.kind.name, _default(one)] for one in parameters]


def _default(parameter: inspect.Parameter) -> str:
    if parameter.default is inspect.Parameter.empty:
        return ""
    return repr(parameter.default) if isinstance(parameter.default, PLAIN) else ANY


if __name__ == "__main__":
    main(*sys.argv[1:])
