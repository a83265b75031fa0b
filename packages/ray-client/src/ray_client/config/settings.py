"""Everything that a connection is made with, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ray_client.config.address import Address
from ray_client_proto.wire.handshake import OURS, Claims


@dataclass(frozen=True, kw_only=True)
class TlsSettings:
    """How to speak TLS: files in PEM form, or the system's authorities where `ca_path` is not given."""

    ca_path: str | None = None  #: who may sign the gateway's certificate
    certificate_path: str | None = None  #: this client's own certificate, if the gateway asks for one
    key_path: str | None = None  #: its private key
    server_name: str | None = None  #: the name in the gateway's certificate, where it is not the host's
    #: Gives what a proxy in front of the gateway wants to see, such as a login that expires; asked for each request.
    headers: Callable[[], Mapping[str, str]] | None = None

    def __post_init__(self) -> None:
        if (self.certificate_path is None) != (self.key_path is None):
            raise ValueError(f"a client certificate needs both certificate_path and key_path: {self}")


@dataclass(frozen=True, kw_only=True)
class ConnectSettings:
    """What `init` connects with. A plain value: it opens nothing."""

    address: Address
    token: str | None = field(default=None, repr=False)
    tls: TlsSettings | None = None  #: None: plaintext
    namespace: str | None = None  #: None: one of its own
    runtime_env: Mapping[str, Any] | None = None
    job_metadata: Mapping[str, str] = field(default_factory=dict)
    job_config: Mapping[str, Any] = field(default_factory=dict)  #: as rule H7 has it
    log_to_driver: bool = True
    logging_level: int = 20  #: Python's number; the lowest level of driver records to show
    logging_format: str = ""  #: how they are shown, as of `logging.Formatter`; empty: as this package does
    lease_s: float = 0.0  #: how long the server keeps a silent session; 0: its own default
    connect_timeout_s: float = 30.0  #: for everything up to the gateway's first answer
    open_timeout_s: float = 600.0  #: for opening a session, which may have to build an environment
    is_direct: bool = True  #: go past the gateway to a driver on this machine
    on_interrupt: str = "keep"  #: what Ctrl-C does with what was waited for: `keep` or `cancel`
    claims: Claims = OURS  #: what the server is told that this client speaks

    def __post_init__(self) -> None:
        if self.lease_s < 0:
            raise ValueError(f"lease_s cannot be negative: {self}")
        if self.connect_timeout_s <= 0 or self.open_timeout_s <= 0:
            raise ValueError(f"connect_timeout_s and open_timeout_s must be more than 0: {self}")
        if self.on_interrupt not in ("keep", "cancel"):
            raise ValueError(f"on_interrupt is {self.on_interrupt!r}; it must be 'keep' or 'cancel'")
        if self.token is not None and (not self.token or not self.token.isprintable() or not self.token.isascii()):
            raise ValueError("the token must be one line of printable ASCII characters, and not empty")
