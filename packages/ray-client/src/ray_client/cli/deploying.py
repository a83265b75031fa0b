"""`ray-client deploy` and `ray-client undeploy`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any, Final

from ray_client.config import env
from ray_client.config.settings import TlsSettings
from ray_client.deploy import known
from ray_client.deploy.dashboard import Dashboard
from ray_client.deploy.deployment import DeployOptions, deploy, status, undeploy
from ray_client.deploy.finding import forwards, reachable
from ray_client.deploy.server_job import Deployed
from ray_client.errors import ConnectError, DeployError

_INTERRUPTED: Final = 130  #: the exit code after Ctrl-C, as shells have it


def run_deploy(parser: argparse.ArgumentParser, options: argparse.Namespace, server_options: list[str]) -> int:
    """Do `deploy`; give the exit code: 0 if a server is ready there, 1 if not."""
    headers = _headers(parser, options)
    if not 0 < options.port < 65536:
        parser.error(f"--port is {options.port}; give one from 1 to 65535, since clients have to know it")
    try:
        dashboard = Dashboard(options.url, headers, options.tls_ca)
        if options.status:
            found = status(dashboard, options.name)
        else:
            wanted = DeployOptions(
                port=options.port,
                host=options.host,
                name=options.name,
                wait_s=options.wait_s,
                token=_token(parser, options.token_file),
                replace=options.replace,
                server_options=tuple(server_options),
                wheels=options.wheels,
            )
            found = deploy(dashboard, wanted, _say)
    except ConnectError as error:
        return _failed(error)
    except KeyboardInterrupt:
        _say("interrupted; nothing of it is left")
        return _INTERRUPTED
    return _report(options, found)


def run_undeploy(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    """Do `undeploy`; give the exit code."""
    if options.drain_s is not None and options.drain_s < 0:
        parser.error(f"--drain-s is {options.drain_s}; it cannot be negative")
    try:
        undeploy(Dashboard(options.url, _headers(parser, options), options.tls_ca), _say, options.name, options.drain_s)
    except ConnectError as error:
        return _failed(error)
    _say("ended")
    if options.json:
        print(json.dumps({"dashboard": options.url, "name": options.name, "is_ready": False}))
    return 0


def _report(options: argparse.Namespace, found: Deployed) -> int:
    known_here = known.recall(found.dashboard)
    token = known_here.token if known_here else _token_of_environment()
    tls = TlsSettings(ca_path=options.tls_ca) if options.tls_ca else None
    answers = None if token is None or not found.is_ready else reachable(found, token, tls or env.tls())
    if options.json:
        print(json.dumps(_plain(found, answers is not None, str(answers or found.addresses[0]))))
        return 0 if found.is_ready else 1
    state = "ready" if found.is_ready else "not ready yet"
    age = f", since {_age(found.started_ms)}" if found.started_ms else ""
    print(f"ray-client-server {found.release} is {state} on {found.dashboard} (job {found.name!r}{age})")
    if found.about:
        print(f"  {found.about}")
    if answers is not None:
        print(f"  address: {answers}, which can be reached from here")
    elif token is None:
        print(f"  address: {found.addresses[0]}; its token is not known here")
    elif found.is_ready:
        print(f"  address: {found.addresses[0]}, which cannot be reached from here. Forward its port, with one of")
        print("\n".join(f"    {line}" for line in forwards(found)))
    if found.is_ready:
        print(f'  use it: ray.init("{found.dashboard}"), or RAY_ADDRESS={found.dashboard}')
    return 0 if found.is_ready else 1


def _plain(found: Deployed, is_reachable: bool, address: str) -> dict[str, Any]:
    return {
        "dashboard": found.dashboard,
        "name": found.name,
        "release": found.release,
        "is_ready": found.is_ready,
        "is_new": found.is_new,
        "address": address,
        "addresses": list(found.addresses),
        "is_reachable": is_reachable,
        "about": found.about,
        **{key: found.facts.get(key) for key in ("python", "python_version", "host", "pid")},
    }


def _age(started_ms: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(started_ms / 1000))


def _headers(parser: argparse.ArgumentParser, options: argparse.Namespace) -> dict[str, str]:
    headers = {}
    for text in options.header:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            parser.error(f"--header is {text!r}; write it as NAME=VALUE")
        headers[name.strip()] = value
    return headers


def _token(parser: argparse.ArgumentParser, path: str | None) -> str | None:
    """Give the token that the user chose: of the file, or else of the environment."""
    if path is None:
        return _token_of_environment()
    try:
        token = Path(path).expanduser().read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        parser.error(f"cannot read the token from {path}: {error}")
    if not token or not token.isprintable() or " " in token:
        parser.error(f"{path} must hold the token and nothing else: printable ASCII without spaces")
    return token


def _token_of_environment() -> str | None:
    try:
        return env.token()
    except ConnectError as error:
        raise DeployError("RAY_CLIENT_TOKEN_PATH", str(error), "or unset it") from None


def _say(text: str) -> None:
    print(f"ray-client: {text}", file=sys.stderr, flush=True)


def _failed(error: ConnectError) -> int:
    _say(str(error))
    return 1
