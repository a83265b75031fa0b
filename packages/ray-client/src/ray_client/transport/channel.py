"""gRPC channels to a gateway, and the metadata of calls on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import grpc

from ray_client.config.address import Address
from ray_client.config.settings import TlsSettings
from ray_client.errors import ConnectError
from ray_client.transport.green import prepare_threads
from ray_client_proto.wire import metadata
from ray_client_proto.wire.limits import KIB, MESSAGE_BYTES

Metadata = tuple[tuple[str, str | bytes], ...]

HEADROOM_BYTES: Final = 64 * KIB  #: for what a message has beside the bytes that its limits count
KEEPALIVE_S: Final = 10  #: ask an idle peer for a sign of life this often
KEEPALIVE_TIMEOUT_S: Final = 5  #: and count the connection as cut when none comes within this

_OPTIONS: Final[tuple[tuple[str, Any], ...]] = (
    ("grpc.max_send_message_length", MESSAGE_BYTES + HEADROOM_BYTES),
    ("grpc.max_receive_message_length", MESSAGE_BYTES + HEADROOM_BYTES),
    ("grpc.keepalive_time_ms", KEEPALIVE_S * 1000),
    ("grpc.keepalive_timeout_ms", KEEPALIVE_TIMEOUT_S * 1000),
    ("grpc.http2.ping_timeout_ms", KEEPALIVE_TIMEOUT_S * 1000),  # without it the option before it is for nothing
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    # Channels to one address share connections otherwise, and closing one would not close its connection.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 5_000),  # how long one try to connect may take
    ("grpc.max_reconnect_backoff_ms", 2_000),
)


def open_channel(address: Address, tls: TlsSettings | None = None) -> grpc.Channel:
    """Give a channel with a connection of its own; it connects at the first call.

    Raises:
        ConnectError: a file of the TLS settings cannot be read, the threads of this process are eventlet's, or there is
            a proxy and grpcio is too old for it.
    """
    prepare_threads()
    # One of the environment is meant for HTTP, and might cut a stream that lives for days: only where it is asked for.
    if address.proxy and tuple(map(int, grpc.__version__.split(".")[:2])) < (1, 73):  # which passes over the option
        raise ConnectError(f"a proxy needs grpcio 1.73 or later, and {grpc.__version__} is here")
    proxy = (("grpc.http_proxy", address.proxy.url),) if address.proxy else (("grpc.enable_http_proxy", 0),)
    options = (*_OPTIONS, *proxy)
    if not address.is_tls and tls is None:
        return _under(address.prefix, grpc.insecure_channel(address.target, options=options))
    tls = tls or TlsSettings()
    credentials = grpc.ssl_channel_credentials(
        root_certificates=_read(tls.ca_path),
        private_key=_read(tls.key_path),
        certificate_chain=_read(tls.certificate_path),
    )
    if tls.headers is not None:
        login = grpc.metadata_call_credentials(_Headers(tls.headers))
        credentials = grpc.composite_channel_credentials(credentials, login)
    named = (("grpc.ssl_target_name_override", tls.server_name),) if tls.server_name else ()
    return _under(address.prefix, grpc.secure_channel(address.target, credentials, options=(*options, *named)))


class _Headers(grpc.AuthMetadataPlugin):
    """Adds the headers that a proxy wants to each call."""

    def __init__(self, headers: Callable[[], Mapping[str, str]]) -> None:
        self._headers = headers

    def __call__(self, context: grpc.AuthMetadataContext, callback: grpc.AuthMetadataPluginCallback) -> None:
        callback(tuple((name.lower(), value) for name, value in self._headers().items()), None)


class _Proxied:
    """A channel through a proxy, which wants a path before that of each call."""

    def __init__(self, prefix: str, channel: grpc.Channel) -> None:
        self._prefix, self._channel = prefix, channel

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._channel, name)
        if name not in ("unary_unary", "unary_stream", "stream_unary", "stream_stream"):
            return found
        return lambda method, *arguments, **options: found(self._prefix + method, *arguments, **options)


def _under(prefix: str, channel: grpc.Channel) -> grpc.Channel:
    return cast(grpc.Channel, _Proxied(prefix, channel)) if prefix else channel


def _read(path: str | None) -> bytes | None:
    if path is None:
        return None
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as exc:
        raise ConnectError(f"cannot read the TLS file {path!r} ({exc}); correct the TLS settings") from exc


def call_metadata(token: str | None, session_id: str | None = None, secret: bytes | None = None) -> Metadata:
    """Give the metadata that a call must carry (docs/protocol.md, rules M1 and M2)."""
    pairs: list[tuple[str, str | bytes]] = []
    if token:
        pairs.append((metadata.AUTHORIZATION, f"Bearer {token}"))
    if session_id is not None:
        pairs.append((metadata.SESSION_ID, session_id))
    if secret is not None:
        pairs.append((metadata.SESSION_SECRET, secret))
    return tuple(pairs)
