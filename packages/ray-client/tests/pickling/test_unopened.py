"""Values that the driver does not open, and arguments that are pickled one by one: rules T14 and V5."""

from __future__ import annotations

import collections
import datetime
import io
import pickle
import threading
from typing import Any

import numpy as np
import pytest

import ray_client
from ray_client.api.counterparts import counterparts
from ray_client.errors import PicklingError
from ray_client.pickling import pickler
from ray_client.pickling.custom import SERIALIZERS, Serializer
from ray_client.pickling.opaque import OPAQUE_TOKEN_MAKERS
from ray_client.pickling.payload import Pickled
from ray_client_proto.wire import tokens


class Handle:
    """What a session would write a token for."""


TABLE = pickler.TokenTable(
    {**OPAQUE_TOKEN_MAKERS, Handle: lambda _: (tokens.object_ref, (1,))}, counterparts, leaves_closed=True
)


class Unopened(list[Any]):
    """What was left closed, opened here; `apart` becomes what it holds."""


class Reader(pickle.Unpickler):
    """Reads as a driver does."""

    def find_class(self, module: str, name: str) -> Any:
        if module != tokens.MODULE:
            return super().find_class(module, name)
        if name == "unopened":
            return lambda stream, buffers: Unopened([pickle.loads(stream, buffers=buffers)])
        if name == "apart":
            return lambda stream, buffers: Reader(io.BytesIO(stream), buffers=buffers).load()
        return lambda *arguments: (name, *arguments)


def read(pickled: Pickled) -> Any:
    return Reader(io.BytesIO(pickled.stream), buffers=pickled.buffers).load()


def stored(value: Any) -> Any:
    return read(pickler.dump_value(value, TABLE))


def passed(*args: Any, **kwargs: Any) -> Any:
    return read(pickler.dump_arguments(args, kwargs, TABLE))


class Locked:
    """What it makes again cannot be pickled."""

    calls = 0

    def __reduce__(self) -> Any:
        Locked.calls += 1
        return threading.Lock, ()


OBJECTS = [
    datetime.date(2026, 1, 2),
    collections.OrderedDict(a=[1]),
    [range(3)],
    {"a": [{"b": range(3)}]},
    (1, {2, 3j}),
    ValueError("x"),
    ...,
]


@pytest.mark.parametrize("value", OBJECTS, ids=repr)
def test_v5_what_needs_no_opening_is_left_closed(value: Any) -> None:
    for found in (stored(value), *passed(value)[0], passed(named=value)[1]["named"]):
        assert type(found) is Unopened
        assert repr(found[0]) == repr(value)


@pytest.mark.parametrize("value", [1, "x", b"x", None, [1, [2.5]], {"a": b"x"}, (1, 2), {3}, np.bytes_(b"x")], ids=repr)
def test_v5_what_ray_does_not_pickle_as_one_is_opened(value: Any) -> None:
    assert stored(value) == passed(value)[0][0] == value
    assert type(stored(value)) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        *(Handle(), [Handle()], (1, {"a": Handle()})),
        *(lambda: 1, [Locked], ray_client.util, [ray_client.get], {"a": {}.keys()}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_v5_handles_and_code_and_names_of_ours_are_opened(value: Any) -> None:
    for pickled in (pickler.dump_value(value, TABLE), pickler.dump_arguments((value,), {}, TABLE)):
        assert b"\x8c\x08unopened" not in pickled.stream


def test_v5_nothing_is_left_closed_for_a_server_that_cannot_take_it() -> None:
    table = pickler.TokenTable({}, counterparts)
    value = [datetime.date(2026, 1, 2)]
    assert pickle.loads(pickler.dump_value(value, table).stream) == value
    assert pickle.loads(pickler.dump_arguments((value,), {"b": value}, table).stream) == ((value,), {"b": value})


def test_t14_each_argument_is_pickled_on_its_own() -> None:
    (handle, closed, mixed, number), named = passed(Handle(), range(3), [1, Handle()], 4, lock=Locked())
    assert (handle, closed, mixed, number) == (("object_ref", 1), [range(3)], [1, ("object_ref", 1)], 4)
    assert type(closed) is Unopened
    assert type(named["lock"][0]) is type(threading.Lock())


def test_v5_buffers_of_any_size_are_out_of_band() -> None:
    arrays = [np.ones(size, np.uint8) for size in (0, 1, 5000)]
    for found in (stored(arrays)[0], passed(1, arrays)[0][1][0]):
        assert all(np.array_equal(one, other) for one, other in zip(found, arrays, strict=True))
    assert [view.nbytes for view in pickler.dump_value(arrays, TABLE).buffers][-3:] == [0, 1, 5000]


def test_v5_a_reducer_is_called_once() -> None:
    before = Locked.calls
    pickler.dump_value([Locked(), Handle()], TABLE)
    pickler.dump_arguments((Locked(), {"b": (Locked(), Handle())}), {"c": (1, Locked())}, TABLE)
    assert Locked.calls - before == 4


def test_v5_plain_lists_are_no_longer_shared() -> None:
    part = [1]
    [(first, second, _, third)] = stored([part, part, range(3), {"a": part}])
    assert first == second == third["a"] == [1]
    assert len({id(first), id(second), id(third["a"])}) == 3
    [(first, second, _)] = stored((part, part, range(3)))
    assert first is second
    [(first, deque)] = stored([part, collections.deque([part])])
    assert first == deque[0] and first is not deque[0]


def test_v5_a_circle_is_opened() -> None:
    circle: list[Any] = [range(3)]
    circle.append(circle)
    found = stored(circle)
    assert type(found) is list and found[1] is found


def test_v5_a_serializer_of_the_users_own_is_applied_here() -> None:
    SERIALIZERS[Handle] = Serializer(lambda _: 3, range)
    try:
        table = pickler.TokenTable({}, counterparts, leaves_closed=True)
        assert read(pickler.dump_value(Handle(), table)) == [range(3)]
    finally:
        del SERIALIZERS[Handle]


def test_t14_an_argument_that_cannot_be_pickled_is_named() -> None:
    with pytest.raises(PicklingError, match=r"argument 2 -> item 1 is a lock"):
        pickler.dump_arguments((range(3), [1, threading.Lock()]), {}, TABLE)
    with pytest.raises(PicklingError, match=r"argument `b` -> item 'c' is a lock"):
        pickler.dump_arguments((), {"b": {"c": threading.Lock()}}, TABLE)
    with pytest.raises(PicklingError, match="a value of type lock"):
        pickler.dump_value(threading.Lock(), TABLE)
