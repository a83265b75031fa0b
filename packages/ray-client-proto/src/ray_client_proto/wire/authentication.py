"""What stands for a gateway's token where others may read it: a hash (docs/operations.md, "Who may connect")."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

_SCHEME: Final = "sha256"
_DIGEST_BYTES: Final = 32


@dataclass(frozen=True)
class TokenHash:
    """The SHA-256 of a token, with a salt before it unless nobody can guess the token."""

    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, token: str, salt: bytes = b"") -> TokenHash:
        """Give the hash of a token; one that a person chose needs a random salt."""
        return cls(salt, _digest(salt, token))

    @classmethod
    def parse(cls, text: str) -> TokenHash:
        """Read what `str` gives: `sha256:DIGEST` or `sha256:SALT:DIGEST`, in hexadecimal digits.

        Raises:
            ValueError: it is nothing of the kind.
        """
        scheme, *parts = text.split(":")
        if scheme != _SCHEME or len(parts) not in (1, 2):
            raise ValueError(f"{text!r} is not {_SCHEME}:DIGEST or {_SCHEME}:SALT:DIGEST")
        try:
            salt, digest = (bytes.fromhex(part) for part in ["", *parts][-2:])
        except ValueError as error:
            raise ValueError(f"{text!r} has something else than hexadecimal digits: {error}") from None
        if len(digest) != _DIGEST_BYTES:
            raise ValueError(f"the digest in {text!r} has {len(digest)} bytes, not {_DIGEST_BYTES}")
        return cls(salt, digest)

    def __str__(self) -> str:
        return ":".join([_SCHEME, *([self.salt.hex()] if self.salt else []), self.digest.hex()])

    def is_of(self, token: str) -> bool:
        """Tell whether it is the hash of this token; takes equally long for any wrong one."""
        return hmac.compare_digest(self.digest, _digest(self.salt, token))


def _digest(salt: bytes, token: str) -> bytes:
    return hashlib.sha256(salt + token.encode()).digest()
