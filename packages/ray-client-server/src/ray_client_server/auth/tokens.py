"""The gateway's token: where it comes from and how a call's token is compared."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from pathlib import Path

from ray_client_server.errors import StartError

TOKEN_VARIABLE = "RAY_CLIENT_TOKEN"
TOKEN_PATH_VARIABLE = "RAY_CLIENT_TOKEN_PATH"
MIN_TOKEN_CHARACTERS = 16


def read_token(path: str | None, environ: Mapping[str, str]) -> str | None:
    """Give the token from the file at `path`, or else from the environment; nothing if there is none.

    Raises:
        StartError: the file cannot be read, or what it holds is no token.
    """
    path = path or (None if environ.get(TOKEN_VARIABLE) else environ.get(TOKEN_PATH_VARIABLE))
    if path:
        try:
            token = Path(path).expanduser().read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise StartError(f"cannot read the token from {path}: {error}") from error
        source = path
    else:
        token, source = environ.get(TOKEN_VARIABLE, "").strip(), TOKEN_VARIABLE
        if not token:
            return None
    if len(token) < MIN_TOKEN_CHARACTERS or not token.isascii() or not token.isprintable() or " " in token:
        raise StartError(
            f"the token in {source} has {len(token)} characters; it needs {MIN_TOKEN_CHARACTERS} or more, printable "
            "ASCII without spaces; `python -c 'import secrets; print(secrets.token_urlsafe(32))'` makes one"
        )
    return token


def is_right_token(authorization: str | bytes | None, token: str) -> bool:
    """Tell whether the value of an `authorization` header carries `token`; takes equally long for any wrong one.

    >>> is_right_token("Bearer abc", "abc"), is_right_token("abc", "abc"), is_right_token(None, "abc")
    (True, False, False)
    """
    given = authorization.encode("utf-8", "replace") if isinstance(authorization, str) else authorization or b""
    return hmac.compare_digest(given, b"Bearer " + token.encode())
