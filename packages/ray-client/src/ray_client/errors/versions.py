"""The two sides are of releases that do not go together, or not for everything."""

from __future__ import annotations

from ray_client.errors.base import RayClientError
from ray_client.errors.connecting import ConnectError
from ray_client_proto.wire.handshake import install_line


class IncompatibleVersionError(ConnectError):
    """The two sides share no protocol version; `older` is `client` or `server`."""

    def __init__(self, client_version: str, client_protocol: str, server_version: str, server_protocol: str) -> None:
        self.older = "server" if _newest(server_protocol) < _newest(client_protocol) else "client"
        ways = [
            f"`{install_line('ray-client', server_version)}` in this environment",
            f"`{install_line('ray-client-server', client_version)}` on the cluster, and start the server anew",
        ]
        first, second = ways if self.older == "client" else reversed(ways)
        super().__init__(
            f"ray-client {client_version} speaks protocol {client_protocol} and ray-client-server {server_version} "
            f"speaks {server_protocol}, so they cannot talk; the {self.older} is the older one: {first}; or else "
            f"{second}"
        )
        self.client_version, self.client_protocol = client_version, client_protocol
        self.server_version, self.server_protocol = server_version, server_protocol


class ServerTooOldError(RayClientError, NotImplementedError):
    """The server is of a release that cannot do what was asked for; everything else goes on."""

    def __init__(self, doing: str, capability: str, client_version: str, server_version: str) -> None:
        super().__init__(
            f"ray-client-server {server_version} cannot {doing}, since it lacks {capability!r}, which ray-client "
            f"{client_version} knows; on the cluster, `{install_line('ray-client-server', client_version)}`, and start "
            "the server anew"
        )
        self.doing, self.capability = doing, capability
        self.client_version, self.server_version = client_version, server_version


class RayTooOldError(RayClientError, AttributeError):
    """The Ray of the cluster is of a release that does not have what was asked for; everything else goes on."""

    def __init__(self, lacking: str, ray_version: str) -> None:
        super().__init__(
            f"the cluster's Ray {ray_version} has no {lacking}, which came with a later one; do without it, or install "
            "a newer Ray on the cluster"
        )
        self.lacking, self.ray_version = lacking, ray_version


def _newest(protocol: str) -> int:
    """Give the newest version in a range such as `1-2`; 0 where the peer did not say."""
    last = protocol.rpartition("-")[2]
    return int(last) if last.isdecimal() else 0
