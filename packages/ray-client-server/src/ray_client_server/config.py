"""What the gateway and a driver are told when they start.

    Limits            every bound that a peer could otherwise choose
    GatewaySettings   from the command line
    DriverSettings    from the gateway, for one session; crosses a process boundary as JSON

All are frozen, and know nothing of grpc or ray.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any

from ray_client_proto.wire import limits as wire_limits

#: Metadata, frame headers and the like, which a message may have beside the bytes that its limits count.
MESSAGE_HEADROOM_BYTES = 64 * wire_limits.KIB

LOCAL = "local"  #: the address which asks for a cluster of our own
AUTO = "auto"  #: the address which takes a running cluster, or else one of our own


@dataclass(frozen=True)
class Limits:
    """Every limit of the server; the flag for `x_y` is `--limit-x-y` (docs/operations.md, "Limits")."""

    sessions: int = 50
    message_bytes: int = wire_limits.MESSAGE_BYTES
    chunk_bytes: int = wire_limits.CHUNK_BYTES
    inline_bytes: int = wire_limits.INLINE_BYTES
    replay_bytes: int = wire_limits.REPLAY_BYTES
    transfer_bytes: int = wire_limits.TRANSFER_BYTES
    package_bytes: int = 1 * wire_limits.GIB
    packages_bytes: int = 10 * wire_limits.GIB
    metadata_bytes: int = 64 * wire_limits.KIB
    handshake_s: float = 60.0
    environment_s: float = 1800.0
    lease_s: float = 300.0
    max_lease_s: float = 86400.0
    drain_s: float = 30.0
    driver_end_s: float = 10.0
    remembered_sessions: int = 1000

    @staticmethod
    def flag(name: str) -> str:
        """Give the command line flag of a limit.

        >>> Limits.flag("message_bytes")
        '--limit-message-bytes'
        """
        return "--limit-" + name.replace("_", "-")


@dataclass(frozen=True)
class TlsSettings:
    """Files in PEM; with `client_ca_path` a client must show a certificate that it signed."""

    certificate_path: str
    key_path: str
    client_ca_path: str | None = None


@dataclass(frozen=True)
class GatewaySettings:
    """What `ray-client-server start` was asked for."""

    address: str = AUTO
    host: str = "127.0.0.1"
    port: int = wire_limits.DEFAULT_PORT
    token: str | None = field(default=None, repr=False)
    is_insecure: bool = False
    tls: TlsSettings | None = None
    state_dir: str | None = None
    port_path: str | None = None
    log_level: str = "INFO"
    local_cpus: int | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class DriverSettings:
    """Everything that a driver needs to know of its session.

    `working_dir` becomes the current directory and the first entry of `sys.path`; `python_paths` follow it. Both
    are directories on this node. `runtime_env` is what Ray gets for the job, with packages as local directories.
    """

    session_id: str
    secret_hex: str = field(repr=False)
    cluster_address: str
    socket_path: str
    control_path: str
    log_path: str
    namespace: str = ""
    runtime_env: dict[str, Any] = field(default_factory=dict)
    job_metadata: dict[str, str] = field(default_factory=dict)
    lease_s: float = 300.0
    log_to_driver: bool = True
    logging_level: int = 0
    working_dir: str | None = None
    python_paths: tuple[str, ...] = ()
    environ: dict[str, str] = field(default_factory=dict, repr=False)
    limits: Limits = field(default_factory=Limits)

    def to_json(self) -> str:
        """Give one line of JSON, for `from_json`; it holds the secret."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> DriverSettings:
        """Read what `to_json` wrote.

        Raises:
            ValueError: the text is not that.
        """
        try:
            fields = json.loads(text)
            fields["limits"] = Limits(**fields["limits"])
            fields["python_paths"] = tuple(fields["python_paths"])
            return cls(**fields)
        except (KeyError, TypeError) as error:
            raise ValueError(f"these are not the settings of a driver: {error}") from error
