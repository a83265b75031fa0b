"""The ways on which a session's bytes can go. `RAY_CLIENT_WAY` chooses the one that a run of tests takes.

Suites that say nothing of ways themselves run over each, since `serving` starts their gateway. At the end of a
conformance module the gateway's log has to show that the bytes went that way.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import trustme
from cluster import Head
from gateway import Gateway

from ray_client_proto.wire.handshake import CAPABILITIES

#: Connections that the gateway gives away, plain or with TLS; the driver's own path; and gRPC through the gateway.
WAYS: Final = ("socket", "socket-tls", "local", "relay", "relay-tls")
WAY: Final = os.environ.get("RAY_CLIENT_WAY", "socket")
if WAY not in WAYS:
    raise ValueError(f"RAY_CLIENT_WAY={WAY!r} is no way; there are {', '.join(WAYS)}")

HAS_TLS: Final = WAY.endswith("-tls")
IS_LOCAL: Final = WAY == "local"
_SOCKETS: Final = ("lanes", "local", "socket", "socket_tls")


@dataclass(frozen=True)
class Identity:
    """Files of a certificate and its key."""

    certificate: str
    key: str


class Certificates:
    """An authority of the tests' own, and what it signs."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._authority = trustme.CA()
        self.authority = str(directory / "ca.pem")
        self._authority.cert_pem.write_to_path(self.authority)

    def issue(self, name: str) -> Identity:
        """Give a certificate for a host or a user."""
        issued = self._authority.issue_cert(name)
        identity = Identity(str(self._directory / f"{name}.pem"), str(self._directory / f"{name}.key"))
        issued.private_key_and_cert_chain_pem.write_to_path(identity.certificate)
        issued.private_key_pem.write_to_path(identity.key)
        return identity


@contextmanager
def serving(head: Head, lacking: Sequence[str] = ()) -> Iterator[Gateway]:
    """A gateway for sessions on the way of this run, without some capabilities; TLS is in the environment meanwhile."""
    lacking = [*lacking, *(_SOCKETS if WAY.startswith("relay") else ())]
    claims: dict[str, Any] = {"capabilities": [name for name in CAPABILITIES if name not in lacking]}
    with tempfile.TemporaryDirectory(prefix="rct-") as directory:
        arguments = []
        if HAS_TLS:
            certificates = Certificates(Path(directory))
            server = certificates.issue("127.0.0.1")
            arguments = ["--tls-cert", server.certificate, "--tls-key", server.key]
            os.environ["RAY_CLIENT_TLS_CA"] = certificates.authority
        gateway = Gateway.start(head.address, *arguments, claims=claims if lacking else None)
        try:
            yield gateway
        finally:
            os.environ.pop("RAY_CLIENT_TLS_CA", None)
            gateway.close()


def check_way(gateway: Gateway, session_id: str) -> None:
    """Fail unless the gateway's log shows that a session's bytes went the way of this run."""
    given = [line for line in gateway.process.lines if "socket.given" in line and session_id in line]
    assert bool(given) == WAY.startswith("socket"), f"RAY_CLIENT_WAY={WAY}, and the gateway has given away: {given}"
