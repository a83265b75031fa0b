"""The gateway's token, or its hash: where it comes from and how a call's token is compared."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from pathlib import Path

from ray_client_proto.wire.authentication import TokenHash
from ray_client_proto.wire.metadata import AUTHORIZATION
from ray_client_server.errors import StartError

TOKEN_VARIABLE = "RAY_CLIENT_TOKEN"
TOKEN_PATH_VARIABLE = "RAY_CLIENT_TOKEN_PATH"
MIN_TOKEN_CHARACTERS = 16

_BEARER = b"Bearer "


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


def read_token_hash(text: str) -> TokenHash:
    """Read what `--token-hash` was given.

    Raises:
        StartError: it is no hash of a token.
    """
    try:
        return TokenHash.parse(text)
    except ValueError as error:
        raise StartError(f"--token-hash makes no sense: {error}") from None


class TokenGuard:
    """Knows the gateway's token, or its hash until a call has brought the token.

    Requests for a driver prove the token without sending it (rule S10). They follow the call that opened their session,
    so by then it is known.
    """

    def __init__(self, token: str | None, token_hash: TokenHash | None) -> None:
        self.token = token
        self._hash = token_hash

    def lets_in_call(self, metadata: Iterable[tuple[str, str | bytes]] | None) -> bool:
        """Tell whether the metadata of a call carries the token, and once."""
        given = [value for key, value in metadata or () if key == AUTHORIZATION]
        return len(given) == 1 and self.lets_in(given[0])

    def lets_in(self, authorization: str | bytes | None) -> bool:
        """Tell whether the value of an `authorization` header carries the token; equally slow for any wrong one.

        >>> guard = TokenGuard("abc", None)
        >>> guard.lets_in("Bearer abc"), guard.lets_in("abc"), guard.lets_in(None)
        (True, False, False)
        """
        given = authorization.encode("utf-8", "replace") if isinstance(authorization, str) else authorization or b""
        if self.token is not None:
            return hmac.compare_digest(given, _BEARER + self.token.encode())
        token = given.removeprefix(_BEARER).decode("utf-8", "replace")
        is_right = self._hash is not None and given.startswith(_BEARER) and self._hash.is_of(token)
        if is_right:
            self.token = token
        return is_right
