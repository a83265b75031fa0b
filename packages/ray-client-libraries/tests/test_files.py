"""Which paths of checkpoints are those of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ray_client import train
from ray_client_libraries.files import LocalDirectory, local_arguments


def arguments(checkpoint: Any) -> tuple[Any, ...]:
    place = checkpoint._place
    return (*place.args, *place.kwargs.values())


def test_a_directory_that_is_here_is_marked_and_other_paths_are_the_clusters(tmp_path: Path) -> None:
    """X9"""
    assert isinstance(arguments(train.Checkpoint(tmp_path))[0], LocalDirectory)
    assert isinstance(arguments(train.Checkpoint(path=str(tmp_path)))[0], LocalDirectory)
    assert arguments(train.Checkpoint("/of/the/cluster")) == ("/of/the/cluster",)
    assert arguments(train.Checkpoint(str(tmp_path), "a file system"))[0] == str(tmp_path)
    assert arguments(train.Checkpoint(str(tmp_path), filesystem="one"))[0] == str(tmp_path)


def test_a_class_that_derives_from_it_has_what_arguments_it_likes(tmp_path: Path) -> None:
    class Named(train.Checkpoint):  # type: ignore[misc]  # a name of the cluster's
        def __init__(self, path: str, filesystem: Any = None, *, name: str = "") -> None:
            super().__init__(path, filesystem)
            self.name = name

    assert arguments(Named(str(tmp_path), name="a"))[1] == "a"
    assert local_arguments() == ((), {})
