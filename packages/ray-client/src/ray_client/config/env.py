"""The environment variables that this package reads; no other module touches `os.environ`.

`RAY_ADDRESS`            the address, where `init` is given none, or `auto`
`RAY_ENABLE_AUTO_CONNECT`  0: no call opens a session by itself
`RAY_LOGGING_CONFIG_ENCODING`  `TEXT` or `JSON`: how this process and the workers log, where `init` is not told it
`RAY_NAMESPACE`          the namespace, where `init` is given none
`RAY_OVERRIDE_RUNTIME_ENV_DEFAULT_EXCLUDES`  what is left out of every `working_dir`, with commas between
`RAY_RUNTIME_ENV_IGNORE_GITIGNORE`  1: pack files that `.gitignore` names
`RAY_CLIENT_DEBUG`       1: leave the frames of this package, and errors inside it, in tracebacks
`RAY_CLIENT_TOKEN`       the gateway's token
`RAY_CLIENT_TOKEN_PATH`  a file that holds it
`RAY_CLIENT_STRICT_INIT`  1: a program that is run on the cluster of `RAY_ADDRESS` may not describe one in its `init`
`RAY_COLOR_PREFIX`       0: print the output of tasks without colours
`RAY_DEDUP_LOGS`         0: print each line of tasks, also those that many processes print alike; `_AGG_WINDOW_S`: for
                         how many seconds they are counted; `_ALLOW_REGEX`: lines that are never left out;
                         `_SKIP_REGEX`: lines that always are
`RAY_CLIENT_TRACE_NAMES` 1: log each name of Ray's that is refused, with the line that asked for it
`RAY_CLIENT_DEPLOY`      1: bring a server onto the cluster where an address of a dashboard has none yet
`RAY_CLIENT_CONFIG_DIR`  where what is known of clusters is kept; else in `XDG_CONFIG_HOME`, or where the system has it
`RAY_AUTH_MODE`, `RAY_AUTH_TOKEN`, `RAY_AUTH_TOKEN_PATH`  Ray's own token, which its dashboard may want
`RAY_JOB_HEADERS`        JSON object of headers for the dashboard, as Ray's own tools send them
`RAY_CLIENT_TLS_CA`      PEM file with the authorities to trust; `_CERT`, `_KEY` likewise for this client's certificate
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ray_client.config.settings import TlsSettings
from ray_client.errors import ConnectError


@dataclass(frozen=True)
class LogMerging:
    """How lines are merged that many processes print alike."""

    is_on: bool = True
    window_s: float = 5.0
    allow: re.Pattern[str] | None = None  #: lines that are never left out
    skip: re.Pattern[str] | None = None  #: lines that always are


def address(environ: Mapping[str, str] = os.environ) -> str | None:
    """Give the address that the environment names, if any."""
    return environ.get("RAY_ADDRESS") or None


def is_auto_connect(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether the first call may open a session: unless `RAY_ENABLE_AUTO_CONNECT` is 0, as in Ray."""
    return environ.get("RAY_ENABLE_AUTO_CONNECT") != "0"


def is_init_strict(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether options of `init` for a cluster of its own are an error also in a program that is run on another."""
    return environ.get("RAY_CLIENT_STRICT_INIT", "0") not in ("", "0")


def set_init_strict() -> None:
    """Have them be an error, in this process and those that it starts."""
    os.environ["RAY_CLIENT_STRICT_INIT"] = "1"


def set_address(address: str) -> None:
    """Have the environment name this address, for this process and those that it starts."""
    os.environ["RAY_ADDRESS"] = address


def set_namespace(namespace: str) -> None:
    """Have the environment name this namespace, for this process and those that it starts."""
    os.environ["RAY_NAMESPACE"] = namespace


def namespace(environ: Mapping[str, str] = os.environ) -> str | None:
    """Give the namespace that the environment names, if any."""
    return environ.get("RAY_NAMESPACE") or None


def log_encoding(environ: Mapping[str, str] = os.environ) -> str:
    """Give how this process and the session's workers write their records; empty: as they do by themselves."""
    return environ.get("RAY_LOGGING_CONFIG_ENCODING", "")


def token(environ: Mapping[str, str] = os.environ) -> str | None:
    """Give the token from the environment, or from the file that it names; None if there is neither.

    Raises:
        ConnectError: the file cannot be read, or is empty.
    """
    direct = environ.get("RAY_CLIENT_TOKEN", "").strip()
    path = environ.get("RAY_CLIENT_TOKEN_PATH")
    if direct or not path:
        return direct or None
    try:
        with open(path, encoding="ascii") as file:
            found = file.read().strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise ConnectError(f"cannot read the token file {path!r} ({exc}); correct RAY_CLIENT_TOKEN_PATH") from exc
    if not found:
        raise ConnectError(f"the token file {path!r} is empty; write the gateway's token to it")
    return found


def is_deploying(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether a dashboard's cluster gets a server where it has none."""
    return environ.get("RAY_CLIENT_DEPLOY", "0") not in ("", "0")


def set_deploying() -> None:
    """Have it get one, in this process and those that it starts."""
    os.environ["RAY_CLIENT_DEPLOY"] = "1"


def config_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Give the directory for what this package keeps for the user; it need not exist."""
    if named := environ.get("RAY_CLIENT_CONFIG_DIR"):
        return Path(named)
    if os.name == "nt" and (roaming := environ.get("APPDATA")):
        return Path(roaming) / "ray-client"
    return Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "ray-client"


def ray_token(environ: Mapping[str, str] = os.environ) -> str | None:
    """Give Ray's own token, from where Ray looks for it, unless its authentication is switched off here."""
    if environ.get("RAY_AUTH_MODE", "").lower() == "disabled":
        return None
    if token := environ.get("RAY_AUTH_TOKEN", "").strip():
        return token
    path = environ.get("RAY_AUTH_TOKEN_PATH") or Path.home() / ".ray" / "auth_token"
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def job_headers(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Give the headers for a dashboard that the environment names.

    Raises:
        ValueError: they are no JSON object of texts.
    """
    found = json.loads(environ.get("RAY_JOB_HEADERS") or "{}")
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise ValueError(f"it is {found!r}")
    return found


def tls(environ: Mapping[str, str] = os.environ) -> TlsSettings | None:
    """Give the TLS settings that the environment names, if any."""
    ca_path = environ.get("RAY_CLIENT_TLS_CA") or None
    certificate_path = environ.get("RAY_CLIENT_TLS_CERT") or None
    key_path = environ.get("RAY_CLIENT_TLS_KEY") or None
    if ca_path is None and certificate_path is None and key_path is None:
        return None
    return TlsSettings(ca_path=ca_path, certificate_path=certificate_path, key_path=key_path)


@contextmanager
def quiet_grpc() -> Iterator[None]:
    """Have gRPC, imported in the block, print errors alone, unless the environment says what it is to print.

    It would tell of each fork that its threads run on; a forked child uses nothing of its parent's.
    """
    if {"GRPC_VERBOSITY", "GRPC_TRACE"} & os.environ.keys():
        yield
        return
    os.environ["GRPC_VERBOSITY"] = "ERROR"
    try:
        yield
    finally:
        os.environ.pop("GRPC_VERBOSITY", None)


def child_environment(**changes: str | None) -> dict[str, str]:
    """Give the environment for a process that is to be started, with `changes`; None takes a variable away."""
    changed = {**os.environ, **changes}
    return {name: value for name, value in changed.items() if value is not None}


def default_excludes(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Give what is left out of every `working_dir`, in the form of `.gitignore`."""
    names = environ.get("RAY_OVERRIDE_RUNTIME_ENV_DEFAULT_EXCLUDES", ".git,.venv,venv,__pycache__").split(",")
    return [name.strip() for name in names if name.strip()]


def packs_all_of_git(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether files that `.gitignore` names are packed too."""
    return environ.get("RAY_RUNTIME_ENV_IGNORE_GITIGNORE") == "1"


def shows_all_frames(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether tracebacks keep the frames of this package."""
    return environ.get("RAY_CLIENT_DEBUG", "0") not in ("", "0")


def show_all_frames() -> None:
    """Have tracebacks keep the frames of this package, in this process and those that it starts."""
    os.environ["RAY_CLIENT_DEBUG"] = "1"


def is_prefix_colored(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether the prefix of printed lines may be coloured: unless `RAY_COLOR_PREFIX` is 0, as in Ray."""
    return environ.get("RAY_COLOR_PREFIX") != "0"


def are_names_traced(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether each name that is refused is to be logged: `RAY_CLIENT_TRACE_NAMES` is 1."""
    return environ.get("RAY_CLIENT_TRACE_NAMES") == "1"


def log_merging(environ: Mapping[str, str] = os.environ) -> LogMerging:
    """Give how to merge lines, from the variables that Ray has for that.

    Raises:
        ConnectError: one of them is no number, or no regular expression.
    """
    try:
        return LogMerging(
            is_on=environ.get("RAY_DEDUP_LOGS", "1").lower() in ("1", "true"),
            window_s=float(environ.get("RAY_DEDUP_LOGS_AGG_WINDOW_S") or 5),
            allow=_pattern(environ.get("RAY_DEDUP_LOGS_ALLOW_REGEX")),
            skip=_pattern(environ.get("RAY_DEDUP_LOGS_SKIP_REGEX")),
        )
    except (ValueError, re.error) as exc:
        raise ConnectError(f"a variable RAY_DEDUP_LOGS_... makes no sense ({exc}); correct it") from exc


def _pattern(text: str | None) -> re.Pattern[str] | None:
    return re.compile(text) if text else None
