"""The gateway's directory."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from ray_client_server.errors import StartError
from ray_client_server.gateway.state import StateDirectory


def test_a_temporary_directory_is_private_and_goes_with_the_gateway():
    state = StateDirectory(None)
    assert state.path.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in state.path.iterdir()} == {"lock", "s", "logs", "tmp"}
    state.close()
    assert not state.path.exists()


def test_of_a_directory_with_a_name_logs_and_packages_stay(tmp_path):
    state = StateDirectory(str(tmp_path / "st"))
    (state.path / "logs" / "x").touch()
    (state.path / "s" / "socket").touch()
    state.close()
    assert (tmp_path / "st" / "logs" / "x").exists() and not (tmp_path / "st" / "s").exists()


def test_two_gateways_never_share_a_directory(tmp_path):
    state = StateDirectory(str(tmp_path))
    with pytest.raises(StartError, match="another gateway"):
        StateDirectory(str(tmp_path))
    state.close()
    StateDirectory(str(tmp_path)).close()


def test_a_name_too_long_for_sockets_is_refused(tmp_path):
    with pytest.raises(StartError, match="too long"):
        StateDirectory(str(tmp_path / ("x" * 80)))


def test_a_place_that_cannot_be_written_is_refused():
    with pytest.raises(StartError, match="cannot use"):
        StateDirectory("/proc/nowhere")


@pytest.fixture
def short_path():
    """A directory with a short name, for sockets: pytest's own, under a long TMPDIR, is too long for them."""
    with tempfile.TemporaryDirectory() as directory:
        yield Path(directory)


def test_what_a_killed_gateway_left_is_removed_by_the_next(short_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(short_path))
    left, running = StateDirectory(None), StateDirectory(None)
    os.close(left._lock)  # as the kernel does when the process is killed
    unrelated = short_path / "rcs-not-ours"
    unrelated.mkdir()
    StateDirectory(None).close()
    assert not left.path.exists() and running.path.exists() and unrelated.exists()
    running.close()


def test_a_directory_of_another_user_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(StartError, match=rf"{tmp_path} belongs to the user with id {tmp_path.stat().st_uid}"):
        StateDirectory(str(tmp_path))
    assert list(tmp_path.iterdir()) == []
