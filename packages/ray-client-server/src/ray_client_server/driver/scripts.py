"""The client's script, in whose name Ray names what is of it, and what libraries find in it and in its modules."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import inspect
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any, Final

#: The newest functions and classes of the client's by module and name. Libraries look for them where they have kept the
#: name alone, so these hold them, as the modules do natively.
_of_client: Final[dict[tuple[str, str], Any]] = {}


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
    """Have modules here give what comes of them by value: `__main__`, as in the script itself, and those not here.

    Libraries save their state with plain pickle, which writes functions and classes by name and looks for them there.

    Args:
        set_state: cloudpickle's way to fill a function or a class that it has made.
    """

    def set_and_name(made: Any, state: Any) -> None:
        set_state(made, state)
        if "." not in made.__qualname__ and _has_stand_in(made.__module__):
            _of_client[made.__module__, made.__qualname__] = made

    return set_and_name


class _StandIn(types.ModuleType):
    """Stands for a module that the client alone has: what came of it by value, by its name."""

    def __getattr__(self, name: str) -> Any:
        return _find(self.__name__, name)

    def __reduce_ex__(self, protocol: Any) -> Any:
        # With a module that comes by value, cloudpickle sends what is loaded of those inside it. For a worker that is
        # nothing: what it needs of them comes by value.
        return type(None), ()


def _has_stand_in(module: Any) -> bool:
    """Tell whether a module is the script or one of the client's alone, and see to it that what comes is found there.

    It goes on by value to workers, for which it is no module either.
    """
    if module == "__main__":
        vars(sys.modules[module])["__getattr__"] = functools.partial(_find, module)
        return True
    if not isinstance(module, str) or module in sys.modules:
        return isinstance(sys.modules.get(module), _StandIn)
    parts = module.split(".")
    names = [".".join(parts[: at + 1]) for at in range(len(parts))]  # to import one, those around it are needed
    if names[0] not in sys.modules and importlib.util.find_spec(names[0]) is not None:
        return False  # another of that name is installed here
    if not isinstance(sys.modules.setdefault(names[0], _StandIn(names[0])), _StandIn):
        return False
    for pickler in filter(None, map(sys.modules.get, ("cloudpickle", "ray.cloudpickle"))):
        vars(pickler)["register_pickle_by_value"](sys.modules[names[0]])
    for name in names:
        sys.modules.setdefault(name, _StandIn(name))
    return True


def _find(module: str, name: str) -> Any:
    try:
        return _of_client[module, name]
    except KeyError:
        raise AttributeError(f"module {module!r} has no attribute {name!r}") from None
