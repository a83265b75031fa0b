"""gRPC's options for servers that clients connect to: the gateway's, and through tunnels each driver's."""

from __future__ import annotations

from ray_client_server.config import Limits


def connection_options(limits: Limits) -> list[tuple[str, int]]:
    """Give the options which bound what a client may do with a connection, and notice one that has gone."""
    return [
        ("grpc.max_metadata_size", limits.metadata_bytes),
        ("grpc.max_concurrent_streams", limits.streams),
        ("grpc.server_handshake_timeout_ms", int(limits.handshake_s * 1000)),
        ("grpc.keepalive_time_ms", 20_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
        # Clients may ping every 10 s, and some do so twice in a row.
        ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
        ("grpc.http2.max_ping_strikes", 0),
    ]
