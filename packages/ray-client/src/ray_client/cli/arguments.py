"""The arguments of `ray-client`; importing this loads nothing of what the commands need."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ray_client.deploy import JOB_NAME
from ray_client_proto.wire.limits import DEFAULT_PORT


def whole_parser() -> argparse.ArgumentParser:
    """Give the parser of the whole command line."""
    parser = argparse.ArgumentParser("ray-client", description="Run Ray programs without Ray.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run a script in which `import ray` gives this package")
    run.add_argument(
        "--address", help="what `ray.init()` connects to, ray://host:port or http://host:8265: sets RAY_ADDRESS"
    )
    run.add_argument(
        "--deploy", action="store_true", help="bring a server onto the cluster of http://... if it has none"
    )
    run.add_argument("--namespace", help="of the names of actors: sets RAY_NAMESPACE")
    run.add_argument("--strict-init", action="store_true", help="`ray.init(num_cpus=...)` and its like are an error")
    run.add_argument("--force", action="store_true", help="although the real ray is installed here")
    run.add_argument("--full-traceback", action="store_true", help="show this package's frames too (RAY_CLIENT_DEBUG)")
    run.add_argument("-m", dest="is_module", action="store_true", help="a module follows, not a file, as for Python")
    run.add_argument("script", help="path of a Python file; after -m the name of a module or a package")
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="given to the script as they are")
    forward = commands.add_parser("forward", help="have a port of this machine lead to one on the cluster's side")
    forward.add_argument("--address", help="of the server, as for `run` (default: RAY_ADDRESS)")
    forward.add_argument("--host", default="127.0.0.1", help="as the head knows it (default: %(default)s)")
    forward.add_argument("--local-port", type=int, default=0, help="of 127.0.0.1 here (default: one that is free)")
    forward.add_argument("port", type=int, help="there, such as 8265")
    _add_deploying(commands)
    commands.add_parser("version", help="print the version of this package")
    return parser


def _add_deploying(commands: Any) -> None:
    bring = commands.add_parser(
        "deploy",
        help="bring a server onto a cluster that exists, through its dashboard",
        description="Bring a server onto a cluster that exists, with nothing installed there before: as a job, through"
        " the cluster's dashboard. Then `ray.init(URL)` opens sessions on it.",
        epilog="Options after -- are those of `ray-client-server start`; its paths are the cluster's.",
    )
    _add_dashboard(bring)
    bring.add_argument("--port", type=int, default=DEFAULT_PORT, help="where the server listens (default: %(default)s)")
    bring.add_argument("--host", default="0.0.0.0", help="on which of the head's addresses (default: all)")
    bring.add_argument("--token-file", metavar="PATH", help="holds the token; without it one is made and kept here")
    bring.add_argument("--wait-s", type=float, default=120.0, metavar="S", help="for it to be ready (default: 120)")
    bring.add_argument("--replace", action="store_true", help="also if the same release is there: end it first")
    bring.add_argument("--wheels", type=Path, metavar="DIR", help="bring these wheels, not what is installed here")
    bring.add_argument("--status", action="store_true", help="change nothing; say what is there")
    gone = commands.add_parser(
        "undeploy",
        help="end the server that was deployed",
        description="End the server that was deployed, and forget its token here.",
    )
    _add_dashboard(gone)
    gone.add_argument(
        "--drain-s", type=float, metavar="S", help="for running calls, up to what the server itself gives them (30)"
    )


def _add_dashboard(command: argparse.ArgumentParser) -> None:
    command.add_argument("url", metavar="URL", help="of the cluster's dashboard, such as http://head:8265")
    command.add_argument("--name", default=JOB_NAME, help="of the server's job (default: %(default)s)")
    command.add_argument(
        "--header", action="append", default=[], metavar="K=V", help="send this to the dashboard too; may be repeated"
    )
    command.add_argument("--tls-ca", metavar="PEM", help="who may sign the dashboard's certificate")
    command.add_argument("--json", action="store_true", help="print one JSON object, for programs")
