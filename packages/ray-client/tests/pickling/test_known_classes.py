"""Classes that come back: those which are here, and those which were here a moment ago."""

from __future__ import annotations

import gc
import io
from collections.abc import Iterator
from typing import Any

import cloudpickle
import pytest

from ray_client.pickling import unpickler


@pytest.fixture(autouse=True)
def no_collection_but_ours() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def pickled() -> bytes:
    class Point:
        x = 1

        def twice(self) -> int:
            return self.x * 2

    file = io.BytesIO()
    cloudpickle.Pickler(file, protocol=5).dump(Point)
    return file.getvalue()


def test_a_class_that_is_here_stays_as_it_is() -> None:
    stream = pickled()
    first = unpickler.load(stream, [], {})
    first.x = 5
    assert unpickler.load(stream, [], {}) is first
    assert first().twice() == 10


def test_a_class_that_goes_while_it_comes_back_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = pickled()
    gc.collect()
    unpickler.load(stream, [], {})  # a cycle, as every class: it is there until the next collection
    make = cloudpickle.cloudpickle._make_skeleton_class

    def make_late(*args: Any) -> Any:
        gc.collect()
        return make(*args)

    monkeypatch.setattr(cloudpickle.cloudpickle, "_make_skeleton_class", make_late)
    assert unpickler.load(stream, [], {})().twice() == 2
