"""The client's script, in whose name Ray names what is of it, and what libraries find of it in `__main__`."""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

#: The newest functions and classes of the script by name. Libraries look for them when they have kept the name alone.
_of_script: Final[dict[str, Any]] = {}


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


def naming(set_state: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Have `__main__` here give what comes of the script by value, as it does in the script itself.

    Libraries save their state with plain pickle, which writes functions and classes by name and looks for them there.

    Args:
        set_state: cloudpickle's way to fill a function or a class that it has made.
    """

    def set_and_name(made: Any, state: Any) -> None:
        set_state(made, state)
        if made.__module__ == "__main__" and "." not in made.__qualname__:
            _of_script[made.__qualname__] = made
            vars(sys.modules["__main__"])["__getattr__"] = _find

    return set_and_name


def _find(name: str) -> Any:
    try:
        return _of_script[name]
    except KeyError:
        raise AttributeError(f"module '__main__' has no attribute {name!r}") from None
