"""Which pickles need no reader of ours: rule V5."""

from __future__ import annotations

import collections
import datetime
import decimal
import pathlib
import pickle
from typing import Any

import cloudpickle
import pytest

from ray_client_proto.wire import tokens, unopened
from ray_client_proto.wire.ids import client_ids


class Handle:
    def __reduce__(self) -> Any:
        return tokens.object_ref, (1,)


@pytest.mark.parametrize(
    "value",
    [
        collections.OrderedDict(a=1),
        [datetime.date(2026, 1, 2)] * 3,
        decimal.Decimal("1.5"),
        OSError(2, "no such array"),
        {"array": collections.Counter("x"), "xarray.core": range(3), "a ray. of": 1},
    ],
    ids=repr,
)
def test_v5_names_of_the_library_mean_the_same_everywhere(value: object) -> None:
    assert unopened.means_the_same_to_all(pickle.dumps(value, 5))


@pytest.mark.parametrize(
    "value",
    [
        Handle(),
        client_ids,
        pathlib.Path("x"),
        [1, pathlib.PurePosixPath("x")],
        lambda: 1,
        {}.keys(),
        "ray",
        ["ray.util"],
        "__main__",
    ],
    ids=lambda value: type(value).__name__,
)
def test_v5_what_a_reader_takes_in_its_own_way_is_opened_and_what_looks_so_too(value: object) -> None:
    assert not unopened.means_the_same_to_all(cloudpickle.dumps(value, 5))


@pytest.mark.parametrize(
    ("value", "is_plain"),
    [
        (5, True),
        ((1,), False),
        ([], True),
        ({"a": [1, {"b": [None, 2.5]}], "c": b""}, True),
        ([[[(1, 2)]]], False),
        ({"a": datetime.date(2026, 1, 2)}, False),
    ],
    ids=repr,
)
def test_of_plain_lists_ray_pickles_what_they_hold(value: object, is_plain: bool) -> None:
    assert unopened.is_too_plain(value) == is_plain


def test_of_too_many_lists_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    circle: list[object] = [(1, 2)]
    circle.append(circle)
    monkeypatch.setattr(unopened, "_MAX_CONTAINERS", 100)
    assert unopened.is_too_plain(circle)


def test_lists_are_written_as_often_as_they_occur() -> None:
    inner, date = [1], datetime.date(2026, 1, 2)
    apart = unopened.untangled({"a": inner, "b": [inner, date], "c": (inner,)})
    assert apart == {"a": [1], "b": [[1], date], "c": ([1],)}
    assert apart["a"] is not inner and apart["b"][0] is not apart["a"]
    assert apart["c"][0] is inner and unopened.untangled(date) is date
