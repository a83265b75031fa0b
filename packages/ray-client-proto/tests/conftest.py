"""Connections of two ends, in clear and with TLS: what holds of messages holds on both."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import pytest
import trustme

from ray_client_proto import tls
from ray_client_proto.tls import TlsSocket

_SECRET = b"s" * 32
_WITHIN_S = 20.0


@pytest.fixture(scope="session")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Give what a client and a server speak TLS with."""
    directory, authority = tmp_path_factory.mktemp("tls"), trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    ca, cert, key = (directory / name for name in ("ca.pem", "cert.pem", "key.pem"))
    authority.cert_pem.write_to_path(ca)
    Path(cert).write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(key)
    return tls.client_context(str(ca), None, None), tls.server_context(str(cert), str(key), None)


@pytest.fixture(params=["clear", "tls"])
def ends(
    request: pytest.FixtureRequest, contexts: tuple[ssl.SSLContext, ssl.SSLContext]
) -> tuple[socket.socket, socket.socket] | tuple[TlsSocket, TlsSocket]:
    """Give the client's end of a connection, and the server's; who uses them closes them."""
    near, far = socket.socketpair()
    if request.param == "clear":
        return near, far
    accepted: list[TlsSocket] = []
    thread = threading.Thread(
        target=lambda: accepted.append(tls.accept(far, contexts[1], _SECRET, b"", _WITHIN_S)), daemon=True
    )
    thread.start()
    connected = tls.connect(near, contexts[0], "127.0.0.1", _SECRET, _WITHIN_S)
    thread.join(_WITHIN_S)
    return connected, accepted[0]
