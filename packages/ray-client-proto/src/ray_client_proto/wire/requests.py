"""How a client asks for a connection to its session's driver (docs/protocol.md, rules S1 and S10).

It is a request of HTTP/1.1 with headers of ours. Where TLS comes after it, it goes in clear: so it tells neither secret
nor token, only that its sender has them.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
import time
from dataclasses import dataclass
from typing import Final

from ray_client_proto.wire import metadata

_SECRET_PROOF: Final = "ray-client-secret-proof"
_TOKEN_PROOF: Final = "ray-client-token-proof"
_MOMENT: Final = "ray-client-proof-moment"
_SESSION_AGE: Final = "ray-client-session-age"
_NONCE_BYTES: Final = 12
_MOMENT_FORM: Final = re.compile(r"([0-9]{1,15})-([A-Za-z0-9_-]{16})")
_LINE_END: Final = "\r\n"
_HEAD_END: Final = b"\r\n\r\n"


@dataclass(frozen=True)
class Request:
    """A request for a session, with what shows that its sender has the secret and the gateway's token."""

    session_id: str
    secret_proof: bytes
    token_proof: bytes
    moment: str  #: what both proofs are of, besides

    @property
    def age_ms(self) -> int:
        """How old the session was when the proofs were made, as their sender says; -1 if it does not."""
        found = _MOMENT_FORM.fullmatch(self.moment)
        return -1 if found is None else int(found[1])

    def has_secret(self, secret: bytes) -> bool:
        """Tell whether its sender has this secret."""
        return hmac.compare_digest(self.secret_proof, _proof(secret, _SECRET_PROOF, self.moment))

    def has_token(self, secret: bytes, token: str) -> bool:
        """Tell whether its sender has this token, besides the secret."""
        return hmac.compare_digest(self.token_proof, _proof(secret, _TOKEN_PROOF, self.moment, token))


def headers(session_id: str, secret: bytes, token: str | None, age_s: float = 0.0) -> list[tuple[str, str]]:
    """Give the headers of one request, as names and values; they are good once, and for a while."""
    nonce = base64.urlsafe_b64encode(os.urandom(_NONCE_BYTES)).decode()
    moment = f"{max(0, int(age_s * 1000))}-{nonce}"
    return [
        (metadata.SESSION_ID, session_id),
        (_MOMENT, moment),
        (_SECRET_PROOF, base64.b64encode(_proof(secret, _SECRET_PROOF, moment)).decode()),
        (_TOKEN_PROOF, base64.b64encode(_proof(secret, _TOKEN_PROOF, moment, token or "")).decode()),
    ]


class Asker:
    """Makes the headers of each request for a session that was opened just now."""

    def __init__(self, session_id: str, secret: bytes, token: str | None) -> None:
        # By the clock on the wall, which goes on while a laptop sleeps; what it says itself is not told.
        self._who, self._opened_s = (session_id, secret, token), time.time()

    def __call__(self) -> list[tuple[str, str]]:
        return headers(*self._who, time.time() - self._opened_s)

    def learn(self, asked: list[tuple[str, str]], head: bytes) -> bool:
        """Count from now on as the gateway does, if the head of its answer to these headers says how; tell whether.

        Raises:
            ValueError: it is no head.
        """
        age_ms, _, proof = read_head(head)[1].get(_SESSION_AGE, "").partition(" ")
        _, right = session_age(self._who[1], dict(asked)[_MOMENT], age_ms)
        is_right = hmac.compare_digest(f"{age_ms} {proof}".encode(), right.encode())
        if is_right:  # one of the clocks was set, or stood still
            self._opened_s = time.time() - int(age_ms) / 1000
        return is_right


def session_age(secret: bytes, moment: str, age_ms: int | str) -> tuple[str, str]:
    """Give the header that tells who asked at this moment how old the session is; nobody else can make it."""
    return _SESSION_AGE, f"{age_ms} {base64.b64encode(_proof(secret, _SESSION_AGE, moment, str(age_ms))).decode()}"


def head_size(received: bytes) -> int:
    """Give the length of the request's head at the beginning of what was received; 0 if its end is not there yet."""
    return received.find(_HEAD_END) + len(_HEAD_END) if _HEAD_END in received else 0


def read_head(head: bytes) -> tuple[str, dict[str, str]]:
    """Give the first line of a head of HTTP/1.1, and its headers by their names in lower case.

    What a proxy adds may be there more than once, and in another encoding: values of one name are joined.

    Raises:
        ValueError: it is none.
    """
    line, *lines = head.decode("latin-1").removesuffix(_LINE_END * 2).split(_LINE_END)
    values: dict[str, str] = {}
    for each in lines:
        name, colon, value = each.partition(":")
        if not colon:
            raise ValueError("a header without a colon")
        name, value = name.lower(), value.strip()
        values[name] = f"{values[name]}, {value}" if name in values else value
    return line, values


def request_of(values: dict[str, str]) -> Request:
    """Give what headers say of the session and of who asks for it.

    Raises:
        ValueError: a proof is not base64.
    """
    proofs = _bytes(values, _SECRET_PROOF), _bytes(values, _TOKEN_PROOF)
    return Request(values.get(metadata.SESSION_ID, ""), *proofs, values.get(_MOMENT, ""))


def refusal(status: int, reason: str, *more: tuple[str, str]) -> bytes:
    r"""Give the answer that refuses a request.

    >>> refusal(410, "Gone")
    b'HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
    """
    lines = (f"HTTP/1.1 {status} {reason}", "Content-Length: 0", "Connection: close", *map(": ".join, more))
    return (_LINE_END.join(lines) + _LINE_END * 2).encode("ascii")


def _proof(secret: bytes, *of: str) -> bytes:
    return hmac.digest(secret, " ".join(of).encode(), "sha256")


def _bytes(values: dict[str, str], name: str) -> bytes:
    try:
        return base64.b64decode(values.get(name, ""), validate=True)
    except binascii.Error as error:
        raise ValueError(f"{name} is not base64: {error}") from error
