"""Pickles of a newer cloudpickle than the one that is here."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from cloudpickle import cloudpickle_fast

from ray_client.pickling import unpickler


def load(pickled: bytes) -> Any:
    return unpickler.load(pickled, (), {})


def test_what_sets_the_state_of_a_function() -> None:
    for module in (b"cloudpickle.cloudpickle", b"cloudpickle.cloudpickle_fast"):
        assert load(b"c" + module + b"\n_function_setstate\n.") is cloudpickle_fast._function_setstate


@pytest.mark.parametrize("name", ["_FIELD", "_FIELD_CLASSVAR", "_FIELD_INITVAR"])
def test_the_mark_of_a_field_is_the_one_that_dataclasses_looks_for(name: str) -> None:
    assert getattr(dataclasses, name).name == name
    pickled = f"ccloudpickle.cloudpickle\n_get_dataclass_field_type_sentinel\n(V{name}\ntR.".encode()
    assert load(pickled) is getattr(dataclasses, name)
