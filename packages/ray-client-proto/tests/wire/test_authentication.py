from __future__ import annotations

import hashlib

import pytest

from ray_client_proto.wire.authentication import TokenHash

TOKEN = "correct horse battery staple"


@pytest.mark.parametrize("salt", [b"", b"pepper"])
def test_a_hash_is_of_its_token_alone(salt):
    made = TokenHash.of(TOKEN, salt)
    assert made.is_of(TOKEN)
    assert not made.is_of(TOKEN + "!") and not made.is_of("")
    assert made.digest == hashlib.sha256(salt + TOKEN.encode()).digest()


@pytest.mark.parametrize("salt", [b"", b"pepper"])
def test_a_hash_can_be_written_and_read(salt):
    made = TokenHash.of(TOKEN, salt)
    assert TokenHash.parse(str(made)) == made
    assert TOKEN not in str(made) and TOKEN not in repr(made)


def test_the_salt_makes_another_hash():
    assert TokenHash.of(TOKEN, b"a") != TokenHash.of(TOKEN, b"b") != TokenHash.of(TOKEN)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not sha256"),
        ("sha256", "is not sha256"),
        ("sha1:" + "00" * 32, "is not sha256"),
        ("sha256:1:2:3", "is not sha256"),
        ("sha256:" + "zz" * 32, "hexadecimal"),
        ("sha256:abc", "hexadecimal"),
        ("sha256:" + "00" * 31, "31 bytes"),
        ("sha256:00:" + "00" * 33, "33 bytes"),
    ],
)
def test_what_is_no_hash_is_refused(text, why):
    with pytest.raises(ValueError, match=why):
        TokenHash.parse(text)
