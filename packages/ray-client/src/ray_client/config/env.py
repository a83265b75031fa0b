"""The environment variables that this package reads; no other module touches `os.environ`.

`RAY_ADDRESS`            the address, where `init` is given none, or `auto`
`RAY_NAMESPACE`          the namespace, where `init` is given none
`RAY_CLIENT_TOKEN`       the gateway's token
`RAY_CLIENT_TOKEN_PATH`  a file that holds it
`RAY_COLOR_PREFIX`       0: print the output of tasks without colours
`RAY_CLIENT_TLS_CA`      PEM file with the authorities to trust; `_CERT`, `_KEY` likewise for this client's certificate
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from ray_client.config.settings import TlsSettings
from ray_client.errors import ConnectError


def address(environ: Mapping[str, str] = os.environ) -> str | None:
    """Give the address that the environment names, if any."""
    return environ.get("RAY_ADDRESS") or None


def set_address(address: str) -> None:
    """Have the environment name this address, for this process and those that it starts."""
    os.environ["RAY_ADDRESS"] = address


def set_namespace(namespace: str) -> None:
    """Have the environment name this namespace, for this process and those that it starts."""
    os.environ["RAY_NAMESPACE"] = namespace


def namespace(environ: Mapping[str, str] = os.environ) -> str | None:
    """Give the namespace that the environment names, if any."""
    return environ.get("RAY_NAMESPACE") or None


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


def tls(environ: Mapping[str, str] = os.environ) -> TlsSettings | None:
    """Give the TLS settings that the environment names, if any."""
    ca_path = environ.get("RAY_CLIENT_TLS_CA") or None
    certificate_path = environ.get("RAY_CLIENT_TLS_CERT") or None
    key_path = environ.get("RAY_CLIENT_TLS_KEY") or None
    if ca_path is None and certificate_path is None and key_path is None:
        return None
    return TlsSettings(ca_path=ca_path, certificate_path=certificate_path, key_path=key_path)


def child_environment(**changes: str | None) -> dict[str, str]:
    """Give the environment for a process that is to be started, with `changes`; None takes a variable away."""
    changed = {**os.environ, **changes}
    return {name: value for name, value in changed.items() if value is not None}


def is_prefix_colored(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether the prefix of printed lines may be coloured: unless `RAY_COLOR_PREFIX` is 0, as in Ray."""
    return environ.get("RAY_COLOR_PREFIX") != "0"
