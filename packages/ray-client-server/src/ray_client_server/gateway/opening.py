"""Opening a session: what is refused at once, and what its driver is told (rules H1 to H4)."""

from __future__ import annotations

import functools
import importlib.metadata
import json
import math
import platform
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from ray_client_proto.v1.gateway_pb2 import (
    ClientInfo,
    OpenSessionRequest,
    ProtocolRange,
    ServerInfo,
    SessionLimits,
    SessionOpened,
)
from ray_client_proto.wire import handshake, websocket
from ray_client_proto.wire.errors import IncompatibleVersionsError
from ray_client_proto.wire.texts import shown
from ray_client_server.config import DriverSettings, Limits, TlsSettings
from ray_client_server.driver.versions import package_versions
from ray_client_server.errors import (
    IncompatibleClientError,
    InvalidRequestError,
    LimitExceededError,
    RuntimeEnvError,
)
from ray_client_server.gateway.environment import Environment
from ray_client_server.gateway.sessions import Session

#: Of a name that a client gives: of its user, its machine, its versions, its namespace.
TEXT_CHARACTERS: Final = 256


@functools.cache
def _version(distribution: str) -> str:
    return importlib.metadata.version(distribution)


def server_info(cluster_address: str, ray_version: str, claims: handshake.Claims = handshake.OURS) -> ServerInfo:
    """Give what the gateway says of itself; how many sessions there are is the caller's to add."""
    return ServerInfo(
        version=_version("ray-client-server"),
        protocol=ProtocolRange(oldest=claims.oldest, newest=claims.newest),
        capabilities=claims.capabilities,
        python_version=platform.python_version(),
        cloudpickle_version=_version("cloudpickle"),
        ray_version=ray_version,
        cluster_address=cluster_address,
        packages=package_versions(),
    )


@dataclass(frozen=True)
class Terms:
    """What both sides agreed on."""

    protocol: int
    capabilities: list[str]
    lease_s: float


def agree(request: OpenSessionRequest, server: ServerInfo, limits: Limits) -> Terms:
    """Choose the protocol version, the capabilities and the lease.

    Raises:
        IncompatibleClientError: the protocol ranges do not meet.
        InvalidRequestError: the lease is no length of time.
        LimitExceededError: the lease is too long.
    """
    client = request.client
    try:
        protocol = handshake.choose_protocol(_range(server), _range(client))
    except IncompatibleVersionsError as error:
        raise _incompatible(client, server) from error
    lease_s = request.lease_s or limits.lease_s
    if not math.isfinite(lease_s) or lease_s < 0:
        raise InvalidRequestError(f"lease_s is {request.lease_s}; it must be a number of seconds above 0")
    if lease_s > limits.max_lease_s:
        raise LimitExceededError("max_lease_s", limits.max_lease_s, f"a lease of {lease_s:g} s")
    return Terms(protocol, handshake.choose_capabilities(server.capabilities, client.capabilities), lease_s)


def _range(side: ClientInfo | ServerInfo) -> tuple[int, int]:
    return side.protocol.oldest, side.protocol.newest


def _incompatible(client: ClientInfo, server: ServerInfo) -> IncompatibleClientError:
    theirs, ours = _range(client), _range(server)
    here = f"on the cluster, `{handshake.install_line('ray-client-server', client.version)}`"
    there = f"for the client, `{handshake.install_line('ray-client', server.version)}`"
    ways = (here, there) if ours[1] < theirs[0] else (there, here)
    return IncompatibleClientError(
        f"ray-client {shown(client.version, 32)} speaks protocol {theirs[0]} to {theirs[1]}, and ray-client-server "
        f"{server.version} speaks {ours[0]} to {ours[1]}; {' or else '.join(ways)}",
        {
            "client_protocol": f"{theirs[0]}-{theirs[1]}",
            "server_protocol": f"{ours[0]}-{ours[1]}",
            "client_version": shown(client.version, 32),
            "server_version": server.version,
        },
    )


def known_client(request: OpenSessionRequest) -> ClientInfo:
    """Give what is kept of what a client says of itself; a text that is long is cut.

    Raises:
        InvalidRequestError: the name of its namespace, which means something, is too long.
    """
    if len(request.namespace) > TEXT_CHARACTERS:
        raise InvalidRequestError(
            f"the namespace has a name of {len(request.namespace)} characters; it may have {TEXT_CHARACTERS}"
        )
    client, said = ClientInfo(), request.client
    for field, value in said.ListFields():
        if isinstance(value, str):
            setattr(client, field.name, value[:TEXT_CHARACTERS])
        elif isinstance(value, int):
            setattr(client, field.name, value)
    client.protocol.CopyFrom(said.protocol)
    return client


def driver_settings(
    session: Session,
    request: OpenSessionRequest,
    environment: Environment,
    *,
    cluster_address: str,
    control_path: str,
    packages_dir: str,
    limits: Limits,
    tls: TlsSettings | None,
    forwards: bool,
) -> DriverSettings:
    """Give what the session's driver is told."""
    return DriverSettings(
        session_id=session.session_id,
        secret_hex=session.secret.hex(),
        cluster_address=cluster_address,
        socket_path=session.socket_path,
        control_path=control_path,
        log_path=session.log_path,
        namespace=request.namespace,
        runtime_env=environment.runtime_env,
        job_metadata=dict(request.job_metadata),
        job_config=_job_config(request.job_config_json),
        lease_s=session.lease_s,
        log_to_driver=request.log_to_driver,
        logging_level=request.logging_level,
        working_dir=environment.working_dir,
        python_paths=environment.python_paths,
        packages_dir=packages_dir,
        client_python=request.client.python_version,
        # Where Ray builds an environment, the driver may see neither our files nor be of our release.
        tls=None if tls is None or environment.is_built else _absolute(tls),
        forwards=forwards,
        limits=limits,
    )


def _job_config(text: str) -> dict[str, Any]:
    """Give what a client says of its job (rule H7).

    Raises:
        InvalidRequestError: it is not an object of JSON.
    """
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError(f"job_config_json is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise InvalidRequestError(f"job_config_json is a {type(found).__name__}, not an object")
    return found


def _absolute(tls: TlsSettings) -> TlsSettings:
    paths = (tls.certificate_path, tls.key_path, tls.client_ca_path)
    return TlsSettings(*(None if path is None else str(Path(path).expanduser().absolute()) for path in paths))  # type: ignore[arg-type]


def without(terms: Terms, *capabilities: str) -> Terms:
    """Give the terms for a driver that clients cannot reach in some of the ways."""
    return replace(terms, capabilities=[name for name in terms.capabilities if name not in capabilities])


def check_driver(ready: dict[str, Any]) -> None:
    """See to it that a driver is one that this gateway can reach; that of an environment may be of an older release.

    Raises:
        RuntimeEnvError: it serves gRPC, as those before 0.3.0 did.
    """
    capabilities = ready.get("capabilities") or ()
    if websocket.LOCAL not in capabilities:
        ours, theirs = _version("ray-client-server"), "0.2.0" if capabilities else "0.1.0"
        line = handshake.install_line("ray-client-server", ours)
        raise RuntimeEnvError(
            f"the session's runtime environment has ray-client-server {theirs}, and this gateway, of {ours}, reaches "
            f"no drivers of releases before 0.3.0; install the gateway's release in that environment: `{line}`"
        )


def opened(session: Session, terms: Terms, ready: dict[str, Any], server: ServerInfo, limits: Limits) -> SessionOpened:
    """Give the answer that ends the handshake; it holds the secret."""
    server.ray_version = str(ready.get("ray_version") or server.ray_version)
    # Inside an environment that Ray built they are others than the gateway's.
    server.python_version = str(ready.get("python_version") or server.python_version)
    if packages := ready.get("packages"):
        server.packages.clear()
        server.packages.update(packages)
    lacking = set(handshake.OF_DRIVERS).difference(ready.get("capabilities") or ())
    capabilities = [name for name in terms.capabilities if name not in lacking]
    return SessionOpened(
        session_id=session.session_id,
        secret=session.secret,
        protocol=terms.protocol,
        capabilities=capabilities,
        lease_s=terms.lease_s,
        limits=SessionLimits(
            message_bytes=limits.message_bytes,
            chunk_bytes=limits.chunk_bytes,
            inline_bytes=limits.inline_bytes,
            replay_bytes=limits.replay_bytes,
        ),
        server=server,
        job_id=session.job_id,
        namespace=session.namespace,
        node_id=str(ready.get("node_id", "")),
        dashboard_url=str(ready.get("dashboard_url", "")),
        direct_target=f"unix:{session.socket_path}" if websocket.LOCAL in capabilities else "",
    )


def describe_client(client: ClientInfo) -> str:
    """Give a client in few words, for the log.

    >>> describe_client(ClientInfo(user="ada", hostname="laptop", pid=7, version="0.1.0"))
    'ada@laptop:7 ray-client 0.1.0'
    """
    return f"{client.user[:64]}@{client.hostname[:64]}:{client.pid} ray-client {client.version[:32]}"
