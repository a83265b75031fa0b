"""How the gateway's gRPC server treats connections, and its TLS."""

from __future__ import annotations

from pathlib import Path

import grpc

from ray_client_server.config import Limits, TlsSettings
from ray_client_server.errors import StartError


def connection_options(limits: Limits) -> list[tuple[str, int]]:
    """Give the options which bound what a client may do with a connection, and notice one that has gone."""
    return [
        ("grpc.max_metadata_size", limits.metadata_bytes),
        ("grpc.max_concurrent_streams", limits.streams),
        ("grpc.server_handshake_timeout_ms", int(limits.handshake_s * 1000)),
        ("grpc.max_connection_idle_ms", int(limits.idle_s * 1000)),
        ("grpc.keepalive_time_ms", 20_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.http2.ping_timeout_ms", 10_000),  # without it the option before it is for nothing
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
        # Clients may ping every 10 s, and some do so twice in a row.
        ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
        ("grpc.http2.max_ping_strikes", 0),
    ]


def server_credentials(tls: TlsSettings) -> grpc.ServerCredentials:
    """Give credentials from the files; with a client CA, clients must show a certificate that it signed.

    Raises:
        StartError: a file cannot be read.
    """
    client_ca = None if tls.client_ca_path is None else _read(tls.client_ca_path)
    return grpc.ssl_server_credentials(
        [(_read(tls.key_path), _read(tls.certificate_path))],
        root_certificates=client_ca,
        require_client_auth=client_ca is not None,
    )


def _read(path: str) -> bytes:
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as error:
        raise StartError(f"cannot read {path}: {error}") from error
