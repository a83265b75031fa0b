"""How this environment differs from the cluster's, in what values are often made of."""

from __future__ import annotations

import logging
import platform
from importlib import metadata
from typing import Final, NamedTuple

from ray_client_proto.v1.gateway_pb2 import ServerInfo

log = logging.getLogger("ray_client")

#: Package -> up to which part of the version the two sides should agree, and what happens where they do not.
_PACKAGES: Final[dict[str, tuple[int, str]]] = {
    "cloudpickle": (1, "functions and classes may not be readable on the other side"),
    "numpy": (1, "arrays pickled with numpy 2 cannot be read with numpy 1"),
    "pandas": (1, "frames and their indexes may not be readable on the other side"),
    "pyarrow": (0, ""),
    "torch": (1, "tensors and modules may not be readable on the other side"),
}
_PYTHON_BITES: Final = (
    "functions travel as source code, and some cannot; values of either's own types may not be readable"
)

_shown: set[tuple[str, str, str]] = set()


class Difference(NamedTuple):
    """A package whose version is not the same on both sides; None where it is not installed."""

    name: str
    here: str | None
    there: str | None
    trouble: str  #: what is known to happen; empty: nothing


def differences(server: ServerInfo) -> list[Difference]:
    """Give what differs between this environment and the server's."""
    found = []
    if platform.python_version() != server.python_version:
        is_minor = platform.python_version().split(".")[:2] != server.python_version.split(".")[:2]
        trouble = _PYTHON_BITES if is_minor else ""
        found.append(Difference("python", platform.python_version(), server.python_version, trouble))
    theirs = {**server.packages, "cloudpickle": server.packages.get("cloudpickle") or server.cloudpickle_version}
    for name, (parts, trouble) in _PACKAGES.items():
        here, there = _installed(name), theirs.get(name)
        if here == there or (not server.packages and name != "cloudpickle"):  # a server that does not say
            continue
        does_bite = bool(here and there) and _start(here, parts) != _start(there, parts)
        found.append(Difference(name, here, there, trouble if does_bite else ""))
    return found


def show_differences(server: ServerInfo) -> None:
    """Warn of each difference that is known to make trouble; of each once in a process."""
    for name, here, there, trouble in differences(server):
        if trouble and (name, str(here), str(there)) not in _shown:
            _shown.add((name, str(here), str(there)))
            log.warning("%s is %s here and %s on the cluster: %s", name, here, there, trouble)


def _start(version: str | None, parts: int) -> list[str]:
    return (version or "").split(".")[:parts]


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
