"""Run a script as Python itself would."""

from __future__ import annotations

import builtins
import io
import os
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, TracebackType

#: Code that is not the user's: this package, and what starts it; `runpy` is frozen from Python 3.11 on.
_NOT_USERS = (str(Path(__file__).parent.parent) + os.sep, "<frozen ", runpy.__file__)


def run_script(path: str, arguments: Sequence[str], shows_all_frames: bool = False) -> None:
    """Run a file as `__main__`, with `sys.argv` and `sys.path` as Python would set them.

    What it raises passes through, so that this process ends as the script's own would.

    Args:
        path: of the file.
        arguments: what follows it on the command line.
        shows_all_frames: print the frames of this package in tracebacks too.

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
    if not shows_all_frames:
        _hide_own_frames()
    module = ModuleType("__main__")
    vars(module).update(__file__=full_path, __builtins__=builtins, __cached__=None)
    # Before compiling: what fails from here on is the script's own. And for good: threads and functions that run at
    # the end of the process still look for the module.
    sys.modules["__main__"] = module
    sys.argv[:] = [path, *arguments]
    if not getattr(sys.flags, "safe_path", False):  # `python -P`, from 3.11 on
        sys.path[0] = os.path.dirname(os.path.realpath(path))
    exec(compile(source, full_path, "exec", dont_inherit=True), vars(module))


def _hide_own_frames() -> None:
    """Leave our frames out of the traceback that ends the process."""
    print_error = sys.excepthook

    def print_without(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        seen = set()
        left: list[BaseException | None] = [error]
        while left:
            each = left.pop()
            if each is not None and id(each) not in seen:
                seen.add(id(each))
                each.__traceback__ = _users_frames(each.__traceback__)
                left += [each.__cause__, each.__context__]
        print_error(kind, error, error.__traceback__)

    sys.excepthook = print_without


def _users_frames(trace: TracebackType | None) -> TracebackType | None:
    """Give the traceback without the frames of this package and of what started it."""
    frames = []
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(_NOT_USERS):
            frames.append(trace)
        trace = trace.tb_next
    kept = None
    for each in reversed(frames):
        kept = TracebackType(kept, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return kept
