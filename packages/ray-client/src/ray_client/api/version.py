"""What `__version__` and `__commit__` are: of this package, or of Ray where this package goes by its name."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Final

from ray_client.handles import current

#: The Ray whose public API this package has.
MIRRORED_RAY: Final = "2.60.0"
#: What it was built from.
MIRRORED_COMMIT: Final = "b7f4259e944bf6959f721b106adc366ddfa0c356"


def own_version() -> str:
    """Give the version of this package."""
    return version("ray-client")


def shown_version() -> str:
    """Give the version of this package, or Ray's, if programs say `import ray` and get this package."""
    return ray_version() if goes_by_ray() else own_version()


def goes_by_ray() -> bool:
    """Tell whether programs say `import ray` and get this package."""
    return sys.modules.get("ray") is sys.modules["ray_client"]


def ray_version() -> str:
    """Give the version of the cluster's Ray; where no session is open, of the Ray that this package mirrors."""
    session = current.find_session()
    return MIRRORED_RAY if session is None else str(session.opened.server.ray_version)


def ray_commit() -> str:
    """Give the commit of that Ray whose version `ray_version` gives; `unknown` where an older server does not say."""
    session = current.find_session()
    if session is None:
        return MIRRORED_COMMIT
    from ray_client.session import calls

    return str(calls.query_cluster(session, "runtime_context").get("ray_commit", "unknown"))
