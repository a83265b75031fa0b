"""TLS for the gateway's port."""

from __future__ import annotations

from pathlib import Path

import grpc

from ray_client_server.config import TlsSettings
from ray_client_server.errors import StartError


def _read(path: str) -> bytes:
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as error:
        raise StartError(f"cannot read {path}: {error}") from error


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
