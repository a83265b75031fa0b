"""Where the token comes from."""

from __future__ import annotations

import pytest

from ray_client_proto.wire.authentication import TokenHash
from ray_client_server.auth.tokens import TokenGuard, read_token, read_token_hash
from ray_client_server.errors import StartError

TOKEN = "0123456789abcdef"


def test_the_file_goes_before_the_environment(tmp_path):
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    (tmp_path / "other").write_text("f" * 16)
    path, other = str(tmp_path / "token"), str(tmp_path / "other")
    assert read_token(path, {"RAY_CLIENT_TOKEN": "e" * 16}) == TOKEN
    assert read_token(None, {"RAY_CLIENT_TOKEN": "e" * 16, "RAY_CLIENT_TOKEN_PATH": other}) == "e" * 16
    assert read_token(None, {"RAY_CLIENT_TOKEN_PATH": other}) == "f" * 16
    assert read_token(None, {}) is None


@pytest.mark.parametrize("token", ["short", "with space in the middle", "ключ-ключ-ключ-ключ", "tab\tbed" * 4])
def test_what_is_no_token_is_refused_without_being_shown(token):
    with pytest.raises(StartError) as caught:
        read_token(None, {"RAY_CLIENT_TOKEN": token})
    assert token not in str(caught.value)


def test_a_file_that_is_not_there_is_an_error_not_an_open_door(tmp_path):
    with pytest.raises(StartError, match="cannot read"):
        read_token(str(tmp_path / "none"), {})


HASH = TokenHash.of(TOKEN, b"salt")


@pytest.mark.parametrize("guard", [TokenGuard(TOKEN, None), TokenGuard(None, HASH)], ids=["token", "hash"])
@pytest.mark.parametrize("given", [None, "", b"", "Bearer", TOKEN, f"Bearer  {TOKEN}", f"Bearer {TOKEN} ", "Bearer é"])
def test_anything_but_the_token_is_wrong(given, guard):
    assert not guard.lets_in(given)


@pytest.mark.parametrize("guard", [TokenGuard(TOKEN, None), TokenGuard(None, HASH)], ids=["token", "hash"])
def test_the_token_is_right_as_text_and_as_bytes(guard):
    assert guard.lets_in(f"Bearer {TOKEN}") and guard.lets_in(f"Bearer {TOKEN}".encode())


def test_a_guard_with_a_hash_knows_the_token_once_it_was_brought():
    guard = TokenGuard(None, HASH)
    assert not guard.lets_in("Bearer another-token-of-sixteen") and guard.token is None
    assert guard.lets_in(f"Bearer {TOKEN}") and guard.token == TOKEN
    assert not guard.lets_in("Bearer another-token-of-sixteen")


@pytest.mark.parametrize("text", ["", TOKEN, "sha256:ab", "md5:00", "sha256:00:zz", "sha256:1:2:3"])
def test_what_is_no_hash_is_refused(text):
    with pytest.raises(StartError, match="--token-hash"):
        read_token_hash(text)


def test_a_hash_is_read():
    assert read_token_hash(str(HASH)) == HASH
