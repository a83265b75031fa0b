"""Run a script, or a module, as Python itself would."""

from __future__ import annotations

import builtins
import importlib.util
import io
import os
import sys
from collections.abc import Sequence
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType, TracebackType
from typing import Any

from ray_client.config import env
from ray_client.tracebacks import shorten, users_frames


def run_script(path: str, arguments: Sequence[str]) -> None:
    """Run a file as `__main__`, with `sys.argv` and `sys.path` as Python would set them.

    What it raises passes through, so that this process ends as the script's own would.

    Args:
        path: of the file.
        arguments: what follows it on the command line.

    Raises:
        SystemExit: the file cannot be read, or the script says so.
    """
    full_path = os.path.abspath(path)
    try:
        with io.open_code(full_path) as file:
            source = file.read()
    except OSError as error:
        print(f"{sys.executable}: can't open file {path!r}: {error.strerror}", file=sys.stderr)
        raise SystemExit(2) from None
    _hide_own_frames()
    # Before compiling: what fails from here on is the script's own.
    names = _become_main([path, *arguments], {"__file__": full_path, "__cached__": None})
    if not getattr(sys.flags, "safe_path", False):  # `python -P`, from 3.11 on
        sys.path[0] = os.path.dirname(os.path.realpath(path))
    exec(compile(source, full_path, "exec", dont_inherit=True), names)


def run_module(name: str, arguments: Sequence[str]) -> None:
    """Run a module as `__main__`, or that of a package, as `python -m` does.

    What it raises passes through, so that this process ends as the module's own would.

    Args:
        name: of the module.
        arguments: what follows it on the command line.

    Raises:
        SystemExit: there is no such module, or it says so.
    """
    _hide_own_frames()
    spec, code = _module(name)
    facts = {
        "__file__": spec.origin,
        "__cached__": spec.cached,
        "__loader__": spec.loader,
        "__package__": spec.parent,
        "__spec__": spec,
    }
    # `sys.path` begins with where Python was started, as it does for `python -m`.
    exec(code, _become_main([spec.origin or name, *arguments], facts))


def _module(name: str) -> tuple[ModuleSpec, CodeType]:
    """Give what is to be run for the name of a module or package, or end with what Python says."""
    what = name
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            what = f"{name}.__main__; {name!r} is a package and cannot be directly executed"
            spec = importlib.util.find_spec(f"{name}.__main__")
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # something that a package on the way needs
        spec = None
    code = spec.loader.get_code(spec.name) if spec is not None and isinstance(spec.loader, InspectLoader) else None
    if spec is None or code is None:
        print(f"{sys.executable}: No module named {what}", file=sys.stderr)
        raise SystemExit(1)
    return spec, code


def _become_main(argv: list[str], facts: dict[str, Any]) -> dict[str, Any]:
    """Give the names of a new `__main__`, for good: threads and what runs at exit still look for the module."""
    module = ModuleType("__main__")
    vars(module).update(facts, __builtins__=builtins)
    sys.modules["__main__"] = module
    sys.argv[:] = argv
    return vars(module)


def _hide_own_frames() -> None:
    """Leave what runs the program out of the traceback that ends the process; the rest is gone before."""
    if env.shows_all_frames():
        return
    print_error = sys.excepthook

    def print_without(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        error.__traceback__ = users_frames(trace, is_below=True)
        shorten(error, is_caught=False)
        print_error(kind, error, error.__traceback__)

    sys.excepthook = print_without
