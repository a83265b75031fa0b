"""What this user's machine knows of clusters that a server was brought to: addresses and the token, in one file each.

The files are for the user alone (0600), as the token in them opens sessions.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

from ray_client.config import env
from ray_client.config.address import Address
from ray_client.deploy import JOB_NAME

_DIRECTORY: Final = "clusters"


@dataclass(frozen=True)
class KnownCluster:
    """A cluster with a server that was deployed from here, or that its user was given the token of."""

    dashboard: str  #: its address, in the normal form
    token: str = field(repr=False)
    addresses: tuple[str, ...] = ()  #: of the server, as `ray://host:port`, those that worked first
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  #: for the dashboard
    name: str = JOB_NAME  #: of the server's job


def remember(cluster: KnownCluster) -> Path:
    """Keep what is known of a cluster, over what was known before; give the file.

    Raises:
        OSError: it cannot be written.
    """
    path = _path(cluster.dashboard)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent)  # 0600, and whole or not there at all
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(cluster), file, indent=1)
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
    return path


def recall(dashboard: str) -> KnownCluster | None:
    """Give what is known of the cluster whose dashboard is at this address, in the normal form."""
    return _read(_path(dashboard))


def forget(dashboard: str) -> None:
    """Keep nothing of a cluster any more."""
    _path(dashboard).unlink(missing_ok=True)


def token_for(address: Address) -> str | None:
    """Give the token of the deployed server at an address, if it is known here."""
    directory = env.config_dir() / _DIRECTORY
    if not directory.is_dir():
        return None
    for path in sorted(directory.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True):
        known = _read(path)
        if known is not None and str(address) in known.addresses:
            return known.token
    return None


def _path(dashboard: str) -> Path:
    return env.config_dir() / _DIRECTORY / f"{quote(dashboard, safe='')}.json"


def _read(path: Path) -> KnownCluster | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        addresses, headers = tuple(found["addresses"]), dict(found["headers"])
        return KnownCluster(found["dashboard"], found["token"], addresses, headers, found["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # none was kept, or it is not what was written here
