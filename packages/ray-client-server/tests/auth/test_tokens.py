"""Where the token comes from."""

from __future__ import annotations

import pytest

from ray_client_server.auth.tokens import is_right_token, read_token
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


@pytest.mark.parametrize("given", [None, "", b"", "Bearer", TOKEN, f"Bearer  {TOKEN}", f"Bearer {TOKEN} ", "Bearer é"])
def test_anything_but_the_token_is_wrong(given):
    assert not is_right_token(given, TOKEN)


def test_the_token_is_right_as_text_and_as_bytes():
    assert is_right_token(f"Bearer {TOKEN}", TOKEN) and is_right_token(f"Bearer {TOKEN}".encode(), TOKEN)
