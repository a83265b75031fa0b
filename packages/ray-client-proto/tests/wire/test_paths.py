"""Paths inside pickles: rule V4."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from ray_client_proto.wire.paths import path_class


@pytest.mark.parametrize("name", ["PosixPath", "WindowsPath"])
@pytest.mark.parametrize("module", ["pathlib", "pathlib._local"])
def test_a_path_is_one_of_this_system_whichever_it_was(module: str, name: str) -> None:
    assert path_class(module, name)("a", "b") == pathlib.Path("a/b")
    assert path_class(module, name) is type(pathlib.Path())


@pytest.mark.parametrize("name", ["PurePosixPath", "PureWindowsPath", "Path"])
def test_what_every_system_has_stays_what_it_is(name: str) -> None:
    assert path_class("pathlib._local", name) is getattr(pathlib, name)


@pytest.mark.parametrize("found", [path_class("json", "loads"), path_class("pathlib2", "PosixPath")])
def test_nothing_else_is_touched(found: Any) -> None:
    assert found is None
