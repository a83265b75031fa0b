"""Directories in parts, and what they share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ray_client_proto import files


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    made = tmp_path / "here"
    (made / "inner" / "empty").mkdir(parents=True)
    (made / "a.txt").write_text("a")
    (made / "nothing").touch()
    (made / "inner" / "large").write_bytes(os.urandom(9 * 1024 * 1024))
    return made


def names_in(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*"))


def test_a_directory_is_written_as_it_was_read(directory: Path, tmp_path: Path) -> None:
    """X9"""
    parts = list(files.read(str(directory)))
    assert max(len(part) for _, _, part in parts) <= 4 * 1024 * 1024
    (there := tmp_path / "there").mkdir()
    (there / "a.txt").write_text("longer than before")
    for part in parts:
        files.write(str(there), [part])
    assert names_in(there) == names_in(directory)
    assert (there / "a.txt").read_text() == "a"
    assert (there / "inner" / "large").read_bytes() == (directory / "inner" / "large").read_bytes()


def test_links_are_followed_and_circles_end(directory: Path, tmp_path: Path) -> None:
    (directory / "link").symlink_to(directory / "a.txt")
    (directory / "inner" / "circle").symlink_to(directory)
    (directory / "dangling").symlink_to(directory / "none")
    read = {name: part for name, _, part in files.read(str(directory))}
    assert read["link"] == b"a"
    assert not any(name.startswith("inner/circle/") for name in read) and "dangling" not in read


@pytest.mark.parametrize("name", ["../out", "/etc/out", "inner/../../out"])
def test_a_name_that_leads_out_is_refused(name: str, tmp_path: Path) -> None:
    """X9"""
    with pytest.raises(ValueError, match="not inside"):
        files.write(str(tmp_path), [(name, 0, b"")])


def test_a_directory_that_is_there_already_is_not_sent_and_others_have_a_place(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X9"""
    monkeypatch.setattr(files, "place", str(tmp_path / "of the session"))
    known = files.fingerprint(str(directory))
    assert files.prepare(str(directory), known) == str(directory)
    os.utime(directory / "a.txt", (1, 1))
    made = files.prepare(str(directory), known)
    assert os.listdir(made) == [] and Path(made).parent == tmp_path / "of the session"
    assert files.prepare(str(directory), known) != made


def test_one_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(files.read(str(tmp_path / "none")))
