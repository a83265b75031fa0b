"""The command line: `ray-client-server start` and `ray-client-server status`.

Importing this loads no gRPC: drivers import the main module of the gateway too.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ray_client_proto.wire.limits import DEFAULT_PORT
from ray_client_server.auth.tokens import read_token, read_token_hash
from ray_client_server.config import AUTO, GatewaySettings, Limits, TlsSettings
from ray_client_server.errors import StartError

if TYPE_CHECKING:
    from ray_client_server.cluster.finding import Cluster

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def parser() -> argparse.ArgumentParser:
    """Give the parser of the whole command line."""
    whole = argparse.ArgumentParser(prog="ray-client-server", description="Lets clients without ray use a Ray cluster.")
    commands = whole.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="run a gateway in the foreground")
    start.add_argument("--address", default=AUTO, help="HOST:PORT of a cluster, auto (default) or local")
    start.add_argument("--host", default="127.0.0.1", help="where to listen (default: %(default)s)")
    start.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one (default: %(default)s)")
    start.add_argument("--port-file", metavar="PATH", help="write the port there once it can be reached")
    start.add_argument("--num-cpus", type=int, help="of a cluster that is started here")
    start.add_argument("--state-dir", metavar="DIR", help="for logs, packages, sockets (default: a temporary one)")
    start.add_argument("--log-level", choices=LOG_LEVELS, default="INFO")
    start.add_argument("--insecure", action="store_true", help="listen beyond loopback without a token")
    start.add_argument("--no-forwarding", action="store_true", help="refuse clients that reach ports through a session")
    start.add_argument("--tls-cert", metavar="PEM")
    start.add_argument("--tls-key", metavar="PEM")
    start.add_argument("--tls-client-ca", metavar="PEM", help="want certificates of clients, signed by this")
    _add_token_file(start)
    start.add_argument("--token-hash", metavar="HASH", help="of the token, in its place: sha256:[SALT:]DIGEST, in hex")
    _add_limits(start)
    status = commands.add_parser("status", help="show a gateway's sessions, versions and health")
    status.add_argument("--address", default=f"127.0.0.1:{DEFAULT_PORT}", help="HOST:PORT (default: %(default)s)")
    status.add_argument("--json", action="store_true", help="for programs")
    status.add_argument("--tls-ca", metavar="PEM", help="who signed the gateway's certificate")
    status.add_argument("--tls-cert", metavar="PEM", help="our own, where the gateway wants one")
    status.add_argument("--tls-key", metavar="PEM")
    _add_token_file(status)
    return whole


def _add_token_file(command: argparse.ArgumentParser) -> None:
    command.add_argument("--token-file", metavar="PATH", help="holds the token (else: RAY_CLIENT_TOKEN)")


def _add_limits(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("limits", "sizes are in bytes, times in seconds")
    for limit in dataclasses.fields(Limits):
        flags = [Limits.flag(limit.name)] + (["--drain-s"] if limit.name == "drain_s" else [])
        group.add_argument(
            *flags,
            dest=f"limit_{limit.name}",
            type=type(limit.default),
            default=limit.default,
            metavar=limit.name.rpartition("_")[2].upper(),
            help=f"{limit.metadata['what']} (default: %(default)s)",
        )


def gateway_settings(options: argparse.Namespace) -> GatewaySettings:
    """Give the settings that the flags and the environment ask for.

    Raises:
        StartError: they make no sense.
    """
    try:
        limits = Limits(**{limit.name: getattr(options, f"limit_{limit.name}") for limit in dataclasses.fields(Limits)})
    except ValueError as error:
        raise StartError(str(error)) from error
    if not 0 <= options.port < 65536:
        raise StartError(f"--port is {options.port}; ports are 1 to 65535, and 0 takes a free one")
    if (options.tls_cert is None) != (options.tls_key is None) or (options.tls_client_ca and not options.tls_cert):
        raise StartError("TLS needs --tls-cert and --tls-key, with or without --tls-client-ca")
    if options.token_hash and options.token_file:
        raise StartError("give --token-hash or --token-file, not both")
    tls = TlsSettings(options.tls_cert, options.tls_key, options.tls_client_ca) if options.tls_cert else None
    return GatewaySettings(
        address=options.address,
        host=options.host,
        port=options.port,
        token=None if options.token_hash else read_token(options.token_file, os.environ),
        token_hash=read_token_hash(options.token_hash) if options.token_hash else None,
        is_insecure=options.insecure,
        tls=tls,
        state_dir=options.state_dir,
        port_path=options.port_file,
        log_level=options.log_level,
        local_cpus=options.num_cpus,
        forwards=not options.no_forwarding,
        limits=limits,
    )


def readiness(settings: GatewaySettings, port: int, cluster: Cluster) -> str:
    """Give the one line that says that clients may come."""
    whose = "started here" if cluster.is_ours else "joined"
    auth = "token" if settings.wants_token else "none"
    encryption = "none" if settings.tls is None else "TLS"
    if settings.tls is not None and settings.tls.client_ca_path:
        encryption += " with client certificates"
    return (
        f"ray-client-server ready: ray://{settings.host}:{port} "
        f"(Ray {cluster.ray_version} at {cluster.address}, {whose}; authentication: {auth}; encryption: {encryption})"
    )


def start(settings: GatewaySettings) -> None:
    """Run a gateway until a signal ends it.

    Raises:
        StartError: it could not start.
    """
    from ray_client_server.gateway.server import serve
    from ray_client_server.observability.logs import log_to_stderr

    log_to_stderr(settings.log_level)

    def announce(port: int, cluster: Cluster) -> None:
        if settings.port_path:
            beside = Path(f"{settings.port_path}.new")
            beside.write_text(f"{port}\n")
            beside.replace(settings.port_path)
        print(readiness(settings, port, cluster), flush=True)

    asyncio.run(serve(settings, announce))


def _print(text: str) -> None:
    """Print as much as the reader wants: `| head` may leave before the end."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains at its end


def main(arguments: list[str] | None = None) -> None:
    """Run the command that `arguments` ask for; exits with 1 if it fails, after a line that says why."""
    options = parser().parse_args(arguments)
    try:
        if options.command == "start":
            start(gateway_settings(options))
        else:
            from ray_client_server.status import report

            _print(report(options, read_token(options.token_file, os.environ)))
    except StartError as error:
        print(f"ray-client-server: {error}", file=sys.stderr)
        raise SystemExit(1) from None
