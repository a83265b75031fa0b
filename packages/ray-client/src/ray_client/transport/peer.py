"""What the server at the other end can (docs/protocol.md, rule H1)."""

from __future__ import annotations

from collections.abc import Iterable

from ray_client.errors import ServerTooOldError
from ray_client_proto import __version__


class Peer:
    """A server of some release. What it cannot is said when it is asked for, and not before."""

    def __init__(self, version: str, capabilities: Iterable[str]) -> None:
        self.version = version
        self._capabilities = frozenset(capabilities)

    def can(self, capability: str) -> bool:
        return capability in self._capabilities

    def require(self, capability: str, doing: str) -> None:
        """Make sure of a capability; `doing` completes "the server cannot ...".

        Raises:
            ServerTooOldError: the server does not have it.
        """
        if capability not in self._capabilities:
            raise ServerTooOldError(doing, capability, __version__, self.version)
