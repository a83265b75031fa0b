"""Ray's own token authentication: which mode our processes use towards the cluster.

Ray reads it from the environment, when it is imported. Tried with Ray 2.60: a driver that sends a token is let into a
cluster with authentication and into one without, while a driver without a token fails after 20 s at a cluster that
wants one. So whoever has a token sends it, unless RAY_AUTH_MODE says otherwise.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

MODE = "RAY_AUTH_MODE"
TOKEN = "RAY_AUTH_TOKEN"
TOKEN_PATH = "RAY_AUTH_TOKEN_PATH"
DEFAULT_TOKEN_PATH = ".ray/auth_token"  #: under the home directory


def has_token(environ: Mapping[str, str], home: Path) -> bool:
    """Tell whether Ray would find a token."""
    if environ.get(TOKEN):
        return True
    path = Path(environ[TOKEN_PATH]).expanduser() if environ.get(TOKEN_PATH) else home / DEFAULT_TOKEN_PATH
    return path.is_file()


def for_joining(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """Give the variables to add for processes that join a running cluster."""
    if MODE in environ or not has_token(environ, home):
        return {}
    return {MODE: "token"}


def for_starting(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """Give the variables to add for a cluster that we start, and for those that join it.

    Without a token at hand it gets one of its own, rather than Ray's way of writing one into the home directory.
    """
    if MODE in environ:
        return {}
    added = {MODE: "token"}
    if not has_token(environ, home):
        added[TOKEN] = secrets.token_hex(32)
    return added
