"""What goes wrong with bringing a server onto a cluster, or with finding the one that was brought there."""

from __future__ import annotations

from ray_client.errors.connecting import ConnectError


class DeployError(ConnectError):
    """A server could not be brought onto the cluster whose dashboard is at `url`, or not be ended there."""

    def __init__(self, url: str, reason: str, advice: str) -> None:
        super().__init__(f"{url}: {reason}; {advice}")
        self.url, self.reason, self.advice = url, reason, advice


class DashboardError(DeployError):
    """What answers at the address, if anything does, is no dashboard that takes jobs from us."""


class NotDeployedError(DeployError):
    """No server of ours runs on that cluster, or none that can be reached from here."""
