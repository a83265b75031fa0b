"""`import ray` gives this package: for programs that were written for Ray, and are to stay as they are.

    from ray_client import dropin

    dropin.install()
    import ray

Also a plugin of pytest: `pytest -p ray_client.dropin`; and `python -m ray_client run script.py` runs a
whole script in this way. Children of `multiprocessing` have it too. See docs/dropin.md.
"""

from __future__ import annotations

import importlib
import multiprocessing.spawn
import pkgutil
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ray_client.cluster_only import FINDER, covers
from ray_client.errors import RayInstalledError
from ray_client.names import MIRRORED, explain

if TYPE_CHECKING:
    from importlib.metadata import Distribution, DistributionFinder


def install(force: bool = False) -> None:
    """Have `import ray` give this package from now on, and `import ray.util` its `util`; may be repeated.

    Args:
        force: also where the real ray is installed beside this package.

    Raises:
        RayInstalledError: it is, and `force` was not given, or the real ray was imported before.
    """
    if is_installed():
        return
    imported = sys.modules.get("ray")
    if imported is not None:
        raise RayInstalledError(str(getattr(imported, "__file__", None)), is_imported=True)
    real = PathFinder.find_spec("ray")
    # A directory named `ray` is found too, as a package without a file.
    if real is not None and real.origin is not None and not force:
        raise RayInstalledError(real.origin, is_imported=False)
    sys.meta_path.insert(0, _finder)
    sys.meta_path.append(_explainer)
    _undo.append(_OwnDirectory.take_place())
    multiprocessing.spawn.get_preparation_data = _preparation_data
    if _PkgResourcesLoader.name in sys.modules:
        _tell(sys.modules[_PkgResourcesLoader.name])
    importlib.import_module("ray")


def uninstall() -> None:
    """Undo `install`: what is imported from now on is what is installed; may be repeated."""
    if not is_installed():
        return
    sys.meta_path.remove(_finder)
    sys.meta_path.remove(_explainer)
    while _undo:
        _undo.pop()()
    if multiprocessing.spawn.get_preparation_data is _preparation_data:  # nobody has wrapped it since
        multiprocessing.spawn.get_preparation_data = _original_preparation_data
    for name in [name for name in sys.modules if name == "ray" or name.startswith("ray.")]:
        del sys.modules[name]


def is_installed() -> bool:
    """Tell whether `import ray` gives this package."""
    return _finder in sys.meta_path


def pytest_addoption(parser: Any) -> None:
    """Install: of all that pytest calls, this comes first, before any conftest.py is imported."""
    install()


def _twin_name(name: str) -> str:
    """Give the name of our module for a module of `ray`."""
    return "ray_client" + name[len("ray") :]


def _not_here(name: str) -> ModuleNotFoundError:
    """Give the error for a module of `ray` that this package does not have."""
    package, _, last = name.rpartition(".")
    explained = explain(last, _twin_name(package))
    what = "it is a part of Ray that only the cluster has" if explained.exists_in_ray else "ray_client knows none"
    return ModuleNotFoundError(
        f"No module named {name!r} where `ray` is ray_client: {what}; {explained.advice}", name=name
    )


class _TwinLoader(Loader):
    """Loads a module of `ray` by putting ours in its place, so that both names are one module."""

    def create_module(self, spec: ModuleSpec) -> None:
        """Have the import system make an empty module, which is then thrown away."""

    def exec_module(self, module: ModuleType) -> None:
        # The import system takes what is here afterwards; what it made would not be identical with ours.
        sys.modules[module.__name__] = importlib.import_module(_twin_name(module.__name__))
        # So are the modules that came with it. If one was found only later, Python would make it an attribute of its
        # package then, in place of a function that the package has under the same name.
        for name, twin in list(sys.modules.items()):
            top, _, inner = name.partition(".")
            if top == "ray_client" and inner.partition(".")[0] in MIRRORED:
                sys.modules.setdefault(f"ray.{inner}", twin)


class _PkgResourcesLoader(Loader):
    """Loads `pkg_resources`, which looks once at what is installed, and then tells it of `ray`."""

    name = "pkg_resources"

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    @classmethod
    def spec(cls, path: Sequence[str] | None) -> ModuleSpec | None:
        """Give how it is loaded; None where it is not installed."""
        found = PathFinder.find_spec(cls.name, path)
        if found is not None and found.loader is not None:
            found.loader = cls(found.loader)
        return found

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        _tell(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


class _TwinFinder(MetaPathFinder):
    """Finds the modules of `ray` here, before any other finder looks."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == _PkgResourcesLoader.name:
            return _PkgResourcesLoader.spec(path)
        top, _, rest = fullname.partition(".")
        if top != "ray":
            return None
        twin = _twin_name(fullname)
        if rest and not (_is_in_ray(rest) and (_exists(twin, path) or FINDER.find_spec(twin, path) is not None)):
            # Whoever only asks whether there is such a module is to hear no, and not an error.
            if sys._getframe(2).f_globals.get("__name__") == "importlib.util":
                return None
            raise _not_here(fullname)
        return ModuleSpec(fullname, _TwinLoader(), origin="ray_client")

    def find_distributions(self, context: DistributionFinder.Context) -> Iterable[Distribution]:
        """Give what `importlib.metadata` looks for, of all distributions or of the one named `ray`."""
        from ray_client.api.distribution import distributions  # loads importlib.metadata, as who asks has done

        return distributions(context)

    def iter_modules(self, prefix: str = "") -> Iterable[tuple[str, bool]]:
        """Give what `pkgutil.iter_modules()` lists of this finder: `ray`, which is a package."""
        return [(f"{prefix}ray", True)]


class _OwnDirectory:
    """Finds and lists what is in the directory of this package: under the name of `ray`, only what Ray has too.

    Python keeps one such finder for each directory. To all who ask for modules of `ray_client` this is the one that was
    there.
    """

    def __init__(self, directory: str) -> None:
        self._finder: Any = pkgutil.get_importer(directory)
        self._modules = [(found.name, found.ispkg) for found in pkgutil.iter_modules([directory])]

    @classmethod
    def take_place(cls) -> Callable[[], None]:
        """Take the place of the finder that is there; give what puts it back."""
        [directory] = sys.modules["ray_client"].__path__
        own = cls(directory)
        finders: dict[str, Any] = sys.path_importer_cache
        finders[directory] = own
        return partial(finders.__setitem__, directory, own._finder)

    def find_spec(self, fullname: str, target: ModuleType | None = None) -> ModuleSpec | None:
        found: ModuleSpec | None = None if fullname.startswith("ray.") else self._finder.find_spec(fullname, target)
        return found

    def iter_modules(self, prefix: str = "") -> Iterable[tuple[str, bool]]:
        """Give what `pkgutil.iter_modules` and `walk_packages` list; without a prefix too, for `ray.__path__`."""
        is_own = prefix == "ray_client."
        return [(prefix + name, is_package) for name, is_package in self._modules if is_own or _is_in_ray(name)]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._finder, name)


class _Explainer(MetaPathFinder):
    """Says what `from ray import data` lacks: Python looks for it as `ray_client.data`, and finds nothing."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, _, name = fullname.rpartition(".")
        if package.partition(".")[0] == "ray_client" and explain(name, package).exists_in_ray:
            raise _not_here("ray" + fullname[len("ray_client") :])
        return None


class _Installing:
    """Unpickled, it is a call of `install`: in a child that `multiprocessing` has just started."""

    def __reduce__(self) -> tuple[Callable[[bool], None], tuple[bool]]:
        return install, (True,)  # whether it may is decided: the child is of the same environment


_original_preparation_data = multiprocessing.spawn.get_preparation_data


def _preparation_data(name: str) -> dict[str, Any]:
    """Give what a child with the start method `spawn` or `forkserver` reads before it imports the main module."""
    data: dict[str, Any] = _original_preparation_data(name)
    if not is_installed():
        return data
    if sys._getframe(1).f_globals.get("__name__") == "multiprocessing.forkserver":
        # For the fork server itself, which unpickles nothing: it is not to import the main module, as it does from
        # Python 3.14 on. Its children do.
        return {key: value for key, value in data.items() if not key.startswith("init_main")}
    return {**data, __name__: _Installing()}


def _tell(pkg_resources: ModuleType) -> None:
    from ray_client.api.distribution import tell_pkg_resources

    _undo.append(tell_pkg_resources(pkg_resources))


def _is_in_ray(name: str) -> bool:
    """Tell whether a module of this package, named from its top, has one of Ray's as its counterpart."""
    return name.partition(".")[0] in MIRRORED or covers(f"ray_client.{name}")


def _exists(twin_name: str, path: Sequence[str] | None) -> bool:
    return twin_name in sys.modules or PathFinder.find_spec(twin_name, path) is not None


_undo: list[Callable[[], None]] = []  #: what `uninstall` has to do beside
_finder, _explainer = _TwinFinder(), _Explainer()
