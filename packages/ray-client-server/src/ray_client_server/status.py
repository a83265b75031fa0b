"""`ray-client-server status`: what a gateway says of itself, for people or as JSON."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import grpc

from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.v1 import gateway_pb2_grpc
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import metadata as keys
from ray_client_proto.wire.texts import escaped, shown
from ray_client_server.errors import StartError
from ray_client_server.observability.health import SERVICE, HealthCheckRequest, HealthCheckResponse

CALL_S = 5.0
_CELL_CHARACTERS = 100

_HEALTH = ("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")


def _channel(options: argparse.Namespace) -> grpc.Channel:
    address = options.address.removeprefix("ray://")
    if options.tls_ca is None and options.tls_cert is None:
        return grpc.insecure_channel(address)

    def read(path: str | None) -> bytes | None:
        return None if path is None else Path(path).expanduser().read_bytes()

    return grpc.secure_channel(
        address,
        grpc.ssl_channel_credentials(read(options.tls_ca), read(options.tls_key), read(options.tls_cert)),
    )


def fetch(options: argparse.Namespace, token: str | None) -> dict[str, Any]:
    """Ask the gateway and give its answer as plain values.

    Raises:
        StartError: it does not answer, or does not let us in.
    """
    metadata = [] if token is None else [(keys.AUTHORIZATION, f"Bearer {token}")]
    try:
        with _channel(options) as channel:
            check = channel.unary_unary(
                f"/{SERVICE}/Check",
                request_serializer=HealthCheckRequest.SerializeToString,
                response_deserializer=HealthCheckResponse.FromString,
            )
            health = check(HealthCheckRequest(), timeout=CALL_S).status
            stub = gateway_pb2_grpc.GatewayStub(channel)
            listed = stub.ListSessions(pb.ListSessionsRequest(), metadata=metadata, timeout=CALL_S)
    except OSError as error:
        raise StartError(f"cannot read a certificate: {error}") from error
    except grpc.RpcError as error:
        raise StartError(f"no status from {options.address}: {_explain(error)}") from error
    return {"health": _HEALTH[health], "server": _plain_server(listed.server), "sessions": _plain_sessions(listed)}


def _explain(error: grpc.RpcError) -> str:
    trailing: Any = error.trailing_metadata()
    for key, value in trailing or ():
        if key == keys.FAILURE:
            return escaped(Failure.FromString(value).message)
    return escaped(f"{error.code().name}: {error.details()}")


def _plain_server(server: pb.ServerInfo) -> dict[str, Any]:
    return {
        "version": server.version,
        "protocol": [server.protocol.oldest, server.protocol.newest],
        "capabilities": list(server.capabilities),
        "python_version": server.python_version,
        "cloudpickle_version": server.cloudpickle_version,
        "ray_version": server.ray_version,
        "cluster_address": server.cluster_address,
        "sessions": server.sessions,
        "max_sessions": server.max_sessions,
        "is_draining": server.is_draining,
    }


def _plain_sessions(listed: pb.ListSessionsResponse) -> list[dict[str, Any]]:
    return [
        {
            "session_id": session.session_id,
            "stage": pb.OpenSessionProgress.Stage.Name(session.stage),
            "is_attached": session.is_attached,
            "age_s": round(session.age_s, 1),
            "driver_pid": session.driver_pid,
            "job_id": session.job_id,
            "namespace": session.namespace,
            "client": f"{session.client.user}@{session.client.hostname}:{session.client.pid}",
            "client_version": session.client.version,
            "client_python": session.client.python_version,
        }
        for session in listed.sessions
    ]


def render(answer: dict[str, Any]) -> str:
    """Give the answer for people: some lines on the server, and a table of sessions."""
    server = answer["server"]
    lines = [
        f"health    {answer['health']}{' (draining)' if server['is_draining'] else ''}",
        f"server    ray-client-server {server['version']}, protocol {server['protocol'][0]} to {server['protocol'][1]}"
        f", Python {server['python_version']}",
        f"cluster   Ray {server['ray_version']} at {server['cluster_address']}",
        f"sessions  {server['sessions']} of {server['max_sessions']}",
    ]
    columns = ("session_id", "stage", "is_attached", "age_s", "driver_pid", "job_id", "client", "client_version")
    rows = [
        columns,
        *(tuple(shown(str(session[column]), _CELL_CHARACTERS) for column in columns) for session in answer["sessions"]),
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(columns))]
    lines = [shown(line) for line in lines]
    if answer["sessions"]:
        lines.append("")
        lines.extend(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
        )
    return "\n".join(lines)


def report(options: argparse.Namespace, token: str | None) -> str:
    """Give what the gateway says, as text.

    Raises:
        StartError: it does not answer, or does not let us in.
    """
    answer = fetch(options, token)
    return json.dumps(answer, indent=2) if options.json else render(answer)
