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
from ray_client_proto.wire.authentication import TokenHash
from ray_client_proto.wire.handshake import OURS, Claims

LOCAL = "local"  #: the address which asks for a cluster of our own
AUTO = "auto"  #: the address which takes a running cluster, or else one of our own


def _limit(default: Any, what: str) -> Any:
    return field(default=default, metadata={"what": what})


@dataclass(frozen=True)
class Limits:
    """Every limit of the server; the flag for `x_y` is `--limit-x-y` (docs/operations.md, "Limits")."""

    sessions: int = _limit(50, "sessions at the same time")
    message_bytes: int = _limit(wire_limits.MESSAGE_BYTES, "one gRPC message")
    chunk_bytes: int = _limit(wire_limits.CHUNK_BYTES, "data in one chunk of a bulk lane over gRPC")
    inline_bytes: int = _limit(wire_limits.INLINE_BYTES, "a payload inside a frame; larger ones take a bulk lane")
    replay_bytes: int = _limit(wire_limits.REPLAY_BYTES, "frames that a driver keeps until they are acknowledged")
    transfer_bytes: int = _limit(wire_limits.TRANSFER_BYTES, "one value on a bulk lane")
    package_bytes: int = _limit(1 * wire_limits.GIB, "one package, packed or unpacked")
    packages_bytes: int = _limit(10 * wire_limits.GIB, "all packages; those used longest ago make room")
    uploads: int = _limit(32, "uploads of packages at the same time")
    request_bytes: int = _limit(4 * wire_limits.MIB, "what opens a session, its runtime environment included")
    metadata_bytes: int = _limit(64 * wire_limits.KIB, "the metadata of one call")
    streams: int = _limit(1000, "calls at the same time on one channel")
    address_connections: int = _limit(1000, "connections of one address, without those given to drivers")
    session_calls: int = _limit(200, "calls of one session over gRPC at the same time")
    handshake_s: float = _limit(60.0, "a connection's handshake, a driver's way to READY, and its client's to it")
    idle_s: float = _limit(600.0, "a connection without a call")
    environment_s: float = _limit(1800.0, "the same where Ray builds a runtime environment first")
    lease_s: float = _limit(300.0, "how long a silent session is kept, when the client does not say")
    max_lease_s: float = _limit(86400.0, "the longest that it may say")
    reset_s: float = _limit(60.0, "a client that closed or lost its connection to come back, when its lease is ours")
    drain_s: float = _limit(30.0, "running calls after the first SIGTERM")
    driver_end_s: float = _limit(10.0, "a driver told to end, before it is killed")
    remembered_sessions: int = _limit(1000, "ended sessions whose reason is kept")

    def __post_init__(self) -> None:
        for limit in dataclasses.fields(self):
            if not 0 < getattr(self, limit.name) < float("inf"):
                raise ValueError(f"{self.flag(limit.name)} is {getattr(self, limit.name)}; it must be above 0")
        for low, high in (
            ("chunk_bytes", "message_bytes"),
            ("inline_bytes", "message_bytes"),
            ("lease_s", "max_lease_s"),
        ):
            if getattr(self, low) > getattr(self, high):
                raise ValueError(
                    f"{self.flag(low)} is {getattr(self, low)}, above {self.flag(high)}, which is {getattr(self, high)}"
                )

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


def given_path(socket_path: str, tls: TlsSettings | None) -> str:
    """Give where the driver that listens at `socket_path` is given connections of clients.

    With TLS it is another place: no driver that would speak in clear is given a connection that must not be.

    >>> given_path("/s/1", None), given_path("/s/1", TlsSettings("c.pem", "k.pem"))
    ('/s/1w', '/s/1tw')
    """
    return f"{socket_path}{'w' if tls is None else 'tw'}"


def files_path(socket_path: str) -> str:
    """Give the directory of what its client sends to the driver that listens at `socket_path`.

    >>> files_path("/s/1")
    '/s/1f'
    """
    return f"{socket_path}f"


@dataclass(frozen=True)
class GatewaySettings:
    """What `ray-client-server start` was asked for."""

    address: str = AUTO
    host: str = "127.0.0.1"
    port: int = wire_limits.DEFAULT_PORT
    token: str | None = field(default=None, repr=False)
    token_hash: TokenHash | None = None  #: in place of the token
    is_insecure: bool = False
    tls: TlsSettings | None = None
    state_dir: str | None = None
    port_path: str | None = None
    log_level: str = "INFO"
    local_cpus: int | None = None
    forwards: bool = True  #: whether clients may reach ports on the cluster's side
    limits: Limits = field(default_factory=Limits)
    claims: Claims = OURS  #: what clients are told that this server speaks

    @property
    def wants_token(self) -> bool:
        """Whether who has no token is refused."""
        return self.token is not None or self.token_hash is not None


def _known(cls: type, fields: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in dataclasses.fields(cls)}
    return {name: value for name, value in fields.items() if name in names}


@dataclass(frozen=True)
class DriverSettings:
    """Everything that a driver needs to know of its session.

    `working_dir` becomes the current directory and the first entry of `sys.path`; `python_paths` follow it. Both
    are directories on this node. `client_python` is the version of the client's Python. `runtime_env` is what Ray gets
    for the job, with packages as local directories.
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
    job_config: dict[str, Any] = field(default_factory=dict)  #: as rule H7 has it
    lease_s: float = 300.0
    log_to_driver: bool = True
    logging_level: int = 0
    working_dir: str | None = None
    python_paths: tuple[str, ...] = ()
    packages_dir: str = ""  #: where packages are laid out, each under its hash, for environments of single tasks
    client_python: str = ""
    tls: TlsSettings | None = None  #: of connections that it is given; its paths are absolute
    forwards: bool = True  #: whether its client may reach ports on this side
    limits: Limits = field(default_factory=Limits)

    def to_json(self) -> str:
        """Give one line of JSON, for `from_json`; it holds the secret."""
        fields = dataclasses.asdict(self)
        for name in ("tls", "job_config"):  # so that a driver of 0.1.0, in an environment with that, can read the rest
            if not fields[name]:
                del fields[name]
        return json.dumps(fields)

    @classmethod
    def from_json(cls, text: str) -> DriverSettings:
        """Read what `to_json` wrote; a gateway of a later release may know fields that a driver does not.

        Raises:
            ValueError: the text is not that.
        """
        try:
            fields = json.loads(text)
            fields["limits"] = Limits(**_known(Limits, fields["limits"]))
            fields["python_paths"] = tuple(fields["python_paths"])
            if "tls" in fields:
                fields["tls"] = TlsSettings(**fields["tls"])
            return cls(**_known(cls, fields))
        except (KeyError, TypeError) as error:
            raise ValueError(f"these are not the settings of a driver: {error}") from error
