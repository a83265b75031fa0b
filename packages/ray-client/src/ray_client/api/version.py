"""What `__version__` is: this package's own, or Ray's where this package goes by the name of `ray`."""

from __future__ import annotations

import sys
from importlib.metadata import version
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
