"""Handles that pass for instances of a class that their session names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ray_client.actor import ActorHandle
from ray_client.handles.object_ref import ObjectRef
from ray_client.handles.ref_generator import ObjectRefGenerator


class Other: ...


class Derived(Other): ...


def handles(presented: dict[type, type]) -> list[Any]:
    session: Any = SimpleNamespace(id="s", presented_classes=presented, release=lambda number: None)
    return [ObjectRef(session, 1), ObjectRefGenerator(session, 2), ActorHandle(session, 3, "A", {})]


def test_by_default_they_are_what_they_are() -> None:
    for handle in handles({}):
        assert handle.__class__ is type(handle)
        assert not isinstance(handle, Other)


@pytest.mark.parametrize("index", [0, 1, 2])
def test_they_pass_for_another_class_and_for_their_own(index: int) -> None:
    cls = type(handles({})[index])
    handle = handles({cls: Derived})[index]
    assert isinstance(handle, cls)
    assert isinstance(handle, Derived)
    assert isinstance(handle, Other)
    assert type(handle) is cls
    others = [each for each in handles({cls: Derived}) if type(each) is not cls]
    assert not any(isinstance(each, Other) for each in others)
