"""The installed package `ray`, as programs see it that ask for one while this package goes by its name."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import Distribution, DistributionFinder
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from ray_client.api.version import own_version, ray_version

#: What holds the package `ray_client`.
_PLACE: Final = Path(__file__).parent.parent.parent
#: The parts that programs ask for, as `ray[tune]`.
_EXTRAS: Final = ("air", "all", "client", "cgraph", "data", "default", "llm", "observability", "rllib", "serve")
_MORE_EXTRAS: Final = ("serve-grpc", "train", "tune")


class RayDistribution(Distribution):
    """The distribution `ray`: its version is that of `ray.__version__`, and what it needs is this package."""

    def read_text(self, filename: str) -> str | None:
        """Give what a file of the distribution's metadata says; None for those that it has not."""
        reader = _FILES.get(filename)
        return None if reader is None else reader()

    def locate_file(self, path: str | PathLike[str]) -> Path:
        """Give where one of `files` is."""
        return _PLACE / path


def distributions(context: DistributionFinder.Context) -> list[Distribution]:
    """Give the distribution `ray` if it is looked for: by name or with all others, where packages are imported."""
    is_meant = context.name is None or context.name.lower() == "ray"
    path = context.path
    is_here = path is sys.path or list(path) == sys.path or str(_PLACE) in map(str, path)
    return [RayDistribution()] if is_meant and is_here else []


def tell_pkg_resources(module: ModuleType) -> Callable[[], None]:
    """Have `pkg_resources`, which reads what is installed once, know of `ray`; give what undoes it."""
    working_set, base = module.working_set, module.Distribution

    class Ray(base):  # type: ignore[misc, valid-type]  # the module is here only where somebody imports it
        version = property(lambda self: ray_version())
        parsed_version = property(lambda self: module.parse_version(ray_version()))

        def requires(self, extras: Any = ()) -> list[Any]:
            """Give nothing: what is needed is installed."""
            return []

    before = working_set.by_key.get("ray")
    own = Ray(str(_PLACE), project_name="ray", version=ray_version())
    working_set.add(own, entry=str(_PLACE), replace=True)

    def undo() -> None:
        if working_set.by_key.get("ray") is own:
            del working_set.by_key["ray"]
            for keys in working_set.entry_keys.values():
                if "ray" in keys:
                    keys.remove("ray")
            if before is not None:
                working_set.add(before)

    return undo


def _metadata() -> str:
    extras = "".join(f"Provides-Extra: {extra}\n" for extra in (*_EXTRAS, *_MORE_EXTRAS))
    return (
        f"Metadata-Version: 2.1\nName: ray\nVersion: {ray_version()}\n"
        f"Summary: ray-client under the name of Ray\nRequires-Dist: ray-client (=={own_version()})\n{extras}"
    )


def _record() -> str:
    files = sorted((_PLACE / "ray_client").rglob("*.py"))
    return "".join(f"{file.relative_to(_PLACE).as_posix()},,\n" for file in files)


def _top_level() -> str:
    return "ray\n"


#: The files of the distribution's metadata.
_FILES: Final[dict[str, Callable[[], str]]] = {
    "METADATA": _metadata,
    "RECORD": _record,
    "top_level.txt": _top_level,
}
