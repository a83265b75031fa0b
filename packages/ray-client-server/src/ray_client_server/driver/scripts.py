"""The client's script, in whose name Ray names what is of it."""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def script_of(target: Any) -> Iterator[None]:
    """Meanwhile let `__main__` be the file that a class of a client's script is from.

    Ray puts the name of that file in the place of `__main__` in the class's name, and asks the module for it.
    """
    is_of_script = inspect.isclass(target) and target.__module__ == "__main__"
    codes = (getattr(member, "__code__", None) for member in vars(target).values()) if is_of_script else ()
    file = next((code.co_filename for code in codes if code is not None and code.co_filename.endswith(".py")), None)
    main = sys.modules["__main__"]
    if file is None or hasattr(main, "__file__"):
        yield
        return
    main.__file__ = file
    try:
        yield
    finally:
        del main.__file__
