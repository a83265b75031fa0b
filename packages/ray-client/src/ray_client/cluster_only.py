"""What only the cluster has: its modules import here too, and their names explain themselves when they are used.

A package that imports `ray.data` for one function of ten works in the other nine. A name of such a module is a class
of its own: it can be an annotation, a base, an argument of `isinstance` and what an `except` clause names. To call it
raises `ClusterOnlyError`. Inside tasks these names are Ray's own (docs/protocol.md, rules T7 and T8).
"""

from __future__ import annotations

import functools
import importlib
import logging
import sys
from abc import ABCMeta
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final, NoReturn

from ray_client.config import env
from ray_client.errors import ClusterOnlyError
from ray_client.tracebacks import shortening
from ray_client_proto.wire.ray_modules import LIBRARIES as LIBRARIES
from ray_client_proto.wire.ray_modules import MODULES, is_cluster_only

log = logging.getLogger("ray_client")

_INNER = (
    "_internal _private algorithms callbacks connectors core env exceptions execution experimental extensions "
    "huggingface integration integrations lightgbm lightning models policy preprocessors schedulers schema sdk search "
    "session stopper tensorflow torch utils v2 xgboost"
)
#: Names that are modules wherever they stand in a library; any other name is taken for a class or a function.
_INNER_MODULES: Final = frozenset(_INNER.split())
#: The public way, for private names that programs take.
_PUBLIC: Final = {
    "ray._private.ray_constants": "read the environment variable, or the option of ray.remote, that it stands for",
    "ray._private.services": "use ray.nodes() and ray.util.get_node_ip_address()",
    "ray._private.state": "use ray.util.state, ray.nodes() or ray.cluster_resources()",
    "ray._private.test_utils": "use ray.util.state to look at the cluster",
    "ray._private.utils": "ask ray.get_runtime_context(), or the standard library",
    "ray._private.worker": "use the functions of `ray` and ray.get_runtime_context()",
    "ray._private.worker.global_worker": "use ray.get_runtime_context()",
    "ray.experimental.internal_kv": "keep values in a named actor",
    "ray.util.client": "use the functions of `ray`",
    "ray.util.client_connect": "call ray.init(...)",
}
_noted: set[tuple[str, str, int]] = set()
_KINDS: Final = {"Error": Exception, "Exception": Exception, "Warning": Warning}


def covers(name: str) -> bool:
    """Tell whether a module of this package, by its full name, stands for one that only the cluster need have."""
    return is_cluster_only(_in_ray(name))


def advice(name: str) -> str:
    """Say what to do instead of using a name of Ray's, which is given in full as Ray has it."""
    parts = name.split(".")
    longest = (".".join(parts[:length]) for length in range(len(parts), 1, -1))
    instead = next((_PUBLIC[part] for part in longest if part in _PUBLIC), None)
    if instead is not None:
        return f"{instead}; inside a task or an actor it is Ray's own"
    is_installable = is_cluster_only(name) and "._" not in name and not has_libraries()
    install = '`pip install "ray-client[libraries]"` to use it from here, or ' if is_installable else ""
    what = f"`import ray.{parts[1]}`" if parts[1] in LIBRARIES else f"use `{name}`"
    return f"{install}{what} inside a task, an actor or context.run: there `ray` is the real one"


def refuse(name: str) -> NoReturn:
    """Raise what explains that a name of Ray's was used that is not here; it is given in full."""
    note_refusal(name)
    raise ClusterOnlyError(name, advice(name))


def note_refusal(name: str) -> None:
    """Log a name that was refused and the line that asked for it, if RAY_CLIENT_TRACE_NAMES says so."""
    if not env.are_names_traced():
        return
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_between(frame.f_globals.get("__name__") or ""):
        frame = frame.f_back
    refusal = name, frame.f_code.co_filename, frame.f_lineno
    if refusal not in _noted:
        _noted.add(refusal)
        log.warning("name.refused name=%s line=%s:%d", *refusal)


@shortening
def stand_in(module: str, name: str) -> Any:
    """Give what stands for a name in a module of this package: a module or a class. The same one each time.

    Raises:
        AttributeError: the name is one that Python itself looks for.
    """
    if name.startswith("__") and name.endswith("__"):
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    libraries = _libraries()
    if libraries is not None and libraries.knows(module) and not libraries.leaves_out(module, name):
        return libraries.find(module, name)
    full = f"{module}.{name}"
    if name in _INNER_MODULES or name in MODULES.get(_in_ray(module), ()):
        return importlib.import_module(full)
    found = _make_class(_in_ray(module), name)
    setattr(sys.modules[module], name, found)
    return found


def give_names(module: ModuleType) -> None:
    """Have a module get its names as they are asked for."""
    module.__getattr__ = partial(stand_in, module.__name__)  # type: ignore[method-assign]  # Python looks there
    if (libraries := _libraries()) is not None:
        libraries.describe(module)


class LibraryValue:
    """What lives in a session's driver, or will: the base of what `ray_client_libraries` puts here for it."""

    __slots__ = ()

    def token_in(self, session: Any) -> tuple[Any, ...]:
        """Give what stands for it in a pickle for that session."""
        raise NotImplementedError


@functools.cache
def _libraries() -> Any:
    """Give the package that knows the names of Ray's libraries; None: it is not installed."""
    try:
        return importlib.import_module("ray_client_libraries")
    except ModuleNotFoundError:
        return None


def has_libraries() -> bool:
    """Tell whether that package is installed."""
    return _libraries() is not None


class ClusterName(ABCMeta):
    """The type of the classes that stand for names of Ray; those that programs derive from them are of it too."""

    ray_name: tuple[str, str]  #: module and name in it; of a stand-in alone, and of those derived from it

    def __call__(cls, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse to be called."""
        refuse(".".join(cls.ray_name))

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):  # whoever looks at classes probes for these
            raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
        holder = next(base for base in cls.__mro__ if isinstance(base, ClusterName) and is_stand_in(base))
        module, path = holder.ray_name
        found = _make_class(module, f"{path}.{name}")
        setattr(holder, name, found)
        return found

    def __iter__(cls) -> Iterator[Any]:
        refuse(".".join(cls.ray_name))

    def __len__(cls) -> int:
        refuse(".".join(cls.ray_name))

    def __bool__(cls) -> bool:
        return True

    def __enter__(cls) -> Any:
        refuse(".".join(cls.ray_name))

    def __exit__(cls, *error: object) -> None:
        """Never called, since nothing is entered."""

    def __repr__(cls) -> str:
        return f"<{'.'.join(cls.ray_name)} of the cluster>" if is_stand_in(cls) else super().__repr__()


def is_stand_in(value: object) -> bool:
    """Tell whether a value stands for a name of Ray's."""
    return isinstance(value, ClusterName) and "ray_name" in vars(value)


def _make_class(module: str, path: str) -> ClusterName:
    """Make what stands for a name in a module of Ray's."""
    name = path.rpartition(".")[2]
    base = next((kind for ending, kind in _KINDS.items() if name.endswith(ending)), object)
    names = {
        "__module__": "ray_client" + module[len("ray") :],
        "__qualname__": path,
        "__doc__": f"`{module}.{path}`, which only the cluster has.",
        "__init_subclass__": classmethod(lambda cls, **options: None),
        "__class_getitem__": classmethod(lambda cls, item: cls),
        "ray_name": (module, path),
    }
    if base is object:
        names["__slots__"] = ()
    return ClusterName(name, (base,), names)


class _Finder(MetaPathFinder, Loader):
    """Finds the modules of this package that only the cluster has, where nothing else does."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not (fullname.startswith("ray_client.") and covers(fullname)):
            return None
        package, _, name = fullname.rpartition(".")
        libraries = _libraries()
        if libraries is not None and libraries.knows(package):
            # Who looks for a name that the package lacks looks for a module of that name too.
            is_inner = name in _INNER_MODULES or libraries.leaves_out(package, name)
            if not is_inner and not libraries.exists(fullname):
                return None
        return ModuleSpec(fullname, self, origin="cluster", is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return ModuleType(spec.name, f"`{_in_ray(spec.name)}`, which only the cluster has.")

    def exec_module(self, module: ModuleType) -> None:
        """Have the module get its names as they are asked for."""
        give_names(module)


def _in_ray(name: str) -> str:
    return "ray" + name[len("ray_client") :]


def _is_between(module: str) -> bool:
    """Tell whether code of a module only passes on what a program asks for."""
    return module.partition(".")[0] in ("ray_client", "importlib", "_frozen_importlib", "abc")


FINDER: Final = _Finder()
