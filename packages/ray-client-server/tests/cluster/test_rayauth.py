"""Which of Ray's authentication modes our processes use."""

from __future__ import annotations

import pytest

from ray_client_server.cluster import rayauth


@pytest.fixture
def home(tmp_path):
    (tmp_path / ".ray").mkdir()
    return tmp_path


def test_a_mode_that_was_chosen_stays(home):
    for rule in (rayauth.for_joining, rayauth.for_starting):
        assert rule({"RAY_AUTH_MODE": "disabled", "RAY_AUTH_TOKEN": "t"}, home) == {}


def test_whoever_has_a_token_sends_it(home):
    assert rayauth.for_joining({"RAY_AUTH_TOKEN": "t"}, home) == {"RAY_AUTH_MODE": "token"}
    (home / ".ray/auth_token").write_text("t")
    assert rayauth.for_joining({}, home) == {"RAY_AUTH_MODE": "token"}
    assert rayauth.for_joining({"RAY_AUTH_TOKEN_PATH": str(home / "elsewhere")}, home) == {}


def test_without_a_token_nothing_is_sent(home):
    assert rayauth.for_joining({}, home) == {}


def test_a_cluster_of_our_own_gets_a_token_of_its_own(home):
    first, second = rayauth.for_starting({}, home), rayauth.for_starting({}, home)
    assert first["RAY_AUTH_MODE"] == "token" and first["RAY_AUTH_TOKEN"] != second["RAY_AUTH_TOKEN"]
    assert rayauth.for_starting({"RAY_AUTH_TOKEN": "t"}, home) == {"RAY_AUTH_MODE": "token"}
