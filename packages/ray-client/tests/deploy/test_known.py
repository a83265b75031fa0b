from __future__ import annotations

import os
from pathlib import Path

import pytest

from ray_client.config import env
from ray_client.config.address import parse_address
from ray_client.deploy import known
from ray_client.deploy.known import KnownCluster

URL = "https://head.example:8265/a/prefix"


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RAY_CLIENT_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path / "config" / "clusters"


def test_what_is_kept_comes_back_until_it_is_forgotten() -> None:
    assert known.recall(URL) is None
    cluster = KnownCluster(URL, "secret-token", ("ray://head:1", "ray://[::1]:2"), {"X": "y"})
    known.remember(cluster)
    assert known.recall(URL) == cluster
    known.remember(KnownCluster(URL, "another"))
    assert known.recall(URL) == KnownCluster(URL, "another")
    known.forget(URL)
    known.forget(URL)
    assert known.recall(URL) is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_it_is_for_the_user_alone(directory: Path) -> None:
    path = known.remember(KnownCluster(URL, "secret-token"))
    assert path.stat().st_mode & 0o777 == 0o600 and directory.stat().st_mode & 0o777 == 0o700
    assert [path] == list(directory.iterdir())  # nothing beside it


def test_a_servers_address_finds_the_token_the_newest_first(directory: Path) -> None:
    assert known.token_for(parse_address("ray://head:1")) is None
    older = known.remember(KnownCluster("http://a:1", "token-a", ("ray://head:1", "ray://a:2")))
    known.remember(KnownCluster("http://b:1", "token-b", ("ray://head:1",)))
    os.utime(older, (1, 1))
    assert known.token_for(parse_address("head:1")) == "token-b"
    assert known.token_for(parse_address("ray://a:2")) == "token-a"
    assert known.token_for(parse_address("rays://a:2")) is None


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"dashboard": 1}', '{"dashboard": "a", "token": "b"}', "\\x00"])
def test_what_is_broken_counts_as_not_there(directory: Path, text: str) -> None:
    known.remember(KnownCluster(URL, "secret-token")).write_text(text)
    assert known.recall(URL) is None
    assert known.token_for(parse_address("ray://head:1")) is None


def test_the_token_is_in_no_text() -> None:
    assert "secret" not in repr(KnownCluster(URL, "secret-token", headers={"Authorization": "secret"}))


def test_where_it_is_kept(tmp_path: Path) -> None:
    assert env.config_dir({"RAY_CLIENT_CONFIG_DIR": "/x"}) == Path("/x")
    if os.name != "nt":
        assert env.config_dir({"XDG_CONFIG_HOME": "/x"}) == Path("/x/ray-client")
        assert env.config_dir({}) == Path.home() / ".config" / "ray-client"
