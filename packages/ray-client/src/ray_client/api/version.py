"""What `__version__` is: this package's own, or Ray's where this package goes by the name of `ray`."""

from __future__ import annotations

import sys
from importlib.metadata import Distribution, version
from os import PathLike
from pathlib import Path
from typing import Final

from ray_client.handles import current

#: The Ray whose public API this package has.
MIRRORED_RAY: Final = "2.60.0"


def own_version() -> str:
    """Give the version of this package."""
    return version("ray-client")


def shown_version() -> str:
    """Give the version of this package, or Ray's, if programs say `import ray` and get this package."""
    is_ray = sys.modules.get("ray") is sys.modules["ray_client"]
    return ray_version() if is_ray else own_version()


def ray_version() -> str:
    """Give the version of the cluster's Ray; where no session is open, of the Ray that this package mirrors."""
    session = current.find_session()
    return MIRRORED_RAY if session is None else str(session.opened.server.ray_version)


def ray_distribution() -> Distribution:
    """Give what is to be known of an installed `ray`: its name and its version."""
    return _RayDistribution()


class _RayDistribution(Distribution):
    """The distribution `ray` as programs see it that ask for its version."""

    def read_text(self, filename: str) -> str | None:
        return f"Metadata-Version: 2.1\nName: ray\nVersion: {ray_version()}\n" if filename == "METADATA" else None

    def locate_file(self, path: str | PathLike[str]) -> Path:
        raise FileNotFoundError(f"{path}: there are no files of `ray` here; it is ray_client")
