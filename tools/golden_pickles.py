# ruff: noqa: D101, D103 - the functions and classes are samples of what users write
"""Record values as a release pickles them, for later releases to read.

    python golden_pickles.py DIRECTORY

Run by `nox -s record`, with a Python that has the wheels of the release. Writes `pickles-<minor>.json`: what the
client sends to the cluster, and the other way round. It may use the insides of the release at hand: tests read only
what it has written.
"""

from __future__ import annotations

import base64
import collections
import dataclasses
import datetime
import enum
import functools
import json
import pathlib
import pickle
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

MINOR: Final = "{}.{}".format(*sys.version_info)
#: Any but our own: code travels as source to it.
OTHER: Final = (3, 12) if sys.version_info[:2] != (3, 12) else (3, 11)


# Values: each with an expression that is true of it where it arrives.

PLAIN: Final = {
    "nothing": (None, "value is None"),
    "numbers": ([0, -1, 10**40, 1.5, 2j, True], "value == [0, -1, 10**40, 1.5, 2j, True]"),
    "texts": (["", "äöü", b"\0\xff", bytearray(b"x")], "value == ['', 'äöü', b'\\0\\xff', bytearray(b'x')]"),
    "containers": ({"a": (1, [2]), 2: {3}, None: frozenset({4})}, "value['a'] == (1, [2]) and value[2] == {3}"),
    "standard library": (
        [datetime.date(2026, 11, 23), uuid.UUID(int=7), collections.OrderedDict(a=1)],
        "(value[0].year, value[1].int, list(value[2])) == (2026, 7, ['a'])",
    ),
    "paths": ([pathlib.PurePosixPath("/a/b"), pathlib.Path("c")], "[each.name for each in value] == ['b', 'c']"),
    "an exception": (ValueError("no", 7), "type(value) is ValueError and value.args == ('no', 7)"),
    "out of band": ([pickle.PickleBuffer(bytearray(b"x" * 5000)), 1], "bytes(value[0]) == b'x' * 5000"),
    "a function by name": (collections.Counter, "value('aa')['a'] == 2"),
}


def square(number: int) -> int:
    return number * number


def factorial(number: int) -> int:
    return 1 if number < 2 else number * factorial(number - 1)


def outer(base: int, *, step: int = 2) -> Callable[..., int]:
    def inner(number: int = 1, /, *rest: int, factor: int = step) -> int:
        return base + square(number) * factor + sum(rest)

    return inner


def numbers(end: int) -> Iterator[int]:
    yield from range(end)


class Base:
    def name(self) -> str:
        return "base"


class Derived(Base):
    total = 3

    @property
    def twice(self) -> int:
        return self.total * 2

    @classmethod
    def made(cls) -> Derived:
        return cls()

    @staticmethod
    def one() -> int:
        return 1

    def name(self) -> str:
        return "derived " + super().name()


@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: int = 2

    def sum(self) -> int:
        return self.x + self.y


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


class Pair(NamedTuple):
    left: int
    right: int = 5


CODE: Final = {
    "a function": (square, "value(3) == 9"),
    "recursion": (factorial, "value(5) == 120"),
    "a lambda": (lambda number: square(number) + 1, "value(2) == 5"),
    "a closure with defaults": (outer(10), "(value(), value(2, 3, factor=1)) == (12, 17)"),
    "a partial": (functools.partial(outer(1), 2), "value() == 9"),
    "a generator": (numbers, "list(value(3)) == [0, 1, 2]"),
    "a class": (Derived, "(value().name(), value.made().twice, value.one()) == ('derived base', 6, 1)"),
    "an instance": (Derived(), "value.name() == 'derived base'"),
    "a dataclass": (
        Point,
        "value(1) < value(2) and value(1).sum() == 3 and repr(value(1)).endswith('Point(x=1, y=2)')",
    ),
    "an enum": ([Colour, Colour.GREEN], "value[0]['GREEN'] is value[1] and value[1].value == 2"),
    "a named tuple": (Pair(1), "value == (1, 5) and value._replace(left=2).left == 2"),
}


def samples(kind: str) -> dict[str, tuple[Any, str]]:
    """Give what to record as `code` or as `source`."""
    # In byte code, what the standard library generated for these says in which directory it lies.
    generated = {"a dataclass", "a named tuple"} if kind == "code" else {}
    return {name: sample for name, sample in CODE.items() if name not in generated}


# What the client sends. Ids: 5 is an object, 6 a generator, 7 an actor of the class Derived.


def to_cluster() -> Iterator[dict[str, Any]]:
    """Yield what the client of this release writes."""
    import ray_client
    from ray_client.api.counterparts import counterparts
    from ray_client.handles.actor import ActorHandle, describe_methods
    from ray_client.handles.object_ref import ObjectRef
    from ray_client.handles.ref_generator import DynamicObjectRefGenerator, ObjectRefGenerator
    from ray_client.handles.tokens import token_makers
    from ray_client.pickling.pickler import TokenTable, dump, dump_arguments
    from ray_client_proto.code.carrier import Carrier

    session: Any = SimpleNamespace(id="golden", release=lambda handle_id: None, is_open=False)
    makers = token_makers(session)
    ref = ObjectRef(session, 5)
    handles = {
        "object_ref": ([ref, ref], "value[0] is value[1] and type(value[0]).__name__ == 'FakeRef'"),
        "ref_generator": (ObjectRefGenerator(session, 6), "type(value).__name__ == 'FakeGenerator'"),
        "dynamic_refs": (
            DynamicObjectRefGenerator([ref]),
            "[type(each).__name__ for each in value.refs] == ['FakeRef']",
        ),
        "actor_handle": (
            ActorHandle(session, 7, "Derived", describe_methods(Derived)),
            "type(value).__name__ == 'FakeActor'",
        ),
        "ray_module": (ray_client.util, "value.__name__ == 'ray.util'"),
        "ray_global": (ray_client.get, "value.__name__ == 'get'"),
        "options": (
            {"num_cpus": 0.5, "name": "n", "retry_exceptions": [ValueError], "resources": {"a": 1}},
            "value['num_cpus'] == 0.5 and value['retry_exceptions'] == [ValueError]",
        ),
    }
    decorated = {
        "remote_function": (
            ray_client.remote(num_cpus=2)(square),
            "(value.target(3), value.applied['num_cpus']) == (9, 2)",
        ),
        "actor_class": (ray_client.remote(max_restarts=1)(Derived), "value.target().name() == 'derived base'"),
    }
    for kind, carrier in ("code", None), ("source", Carrier(OTHER)):
        table = TokenTable(makers, counterparts, carrier)
        for name, (value, check) in {**samples(kind), **decorated}.items():
            yield case(f"{name} as {kind}", kind, dump(value, table), check)
    for name, (value, check) in {**PLAIN, **handles}.items():
        yield case(name, "value", dump(value, table), check)
    arguments = dump_arguments((1, ref), {"name": "x"}, table)
    yield case("arguments", "value", arguments, "value[0][0] == 1 and value[1] == {'name': 'x'}")
    plain = dump_arguments((1, b"x"), {}, table)
    yield case("plain arguments", "value", plain, "value == ((1, b'x'), {})")


def case(name: str, kind: str, pickled: Any, check: str) -> dict[str, Any]:
    """Give the record of a pickle: kind is `value`, `code` (of this minor version alone) or `source`."""
    encoded = [base64.b64encode(bytes(part)).decode() for part in (pickled.stream, *pickled.buffers)]
    return {"name": name, "kind": kind, "pickle": encoded[0], "buffers": encoded[1:], "check": check}


class Remote:
    """Stands for Ray's remote functions and actor classes."""

    def __init__(self, target: Any, options: dict[str, Any]) -> None:
        self.target, self.options = target, options


class RemoteClass(Remote): ...


class Ref: ...


class Generator: ...


class Dynamic: ...


class Actor: ...


def stand_in_for_ray() -> Any:
    """Give what the driver's pickler asks of Ray."""
    from ray_client_server.driver.port import ActorFacts

    return SimpleNamespace(
        ObjectRef=Ref,
        ObjectRefGenerator=Generator,
        DynamicObjectRefGenerator=Dynamic,
        ActorHandle=Actor,
        RemoteFunction=Remote,
        ActorClass=RemoteClass,
        SERIALIZERS={},
        object_key=lambda ref: str(id(ref)).encode(),
        actor_key=lambda actor: str(id(actor)).encode(),
        refs_of=lambda dynamic: [Ref()],
        undecorated=lambda remote: (remote.target, remote.options),
        describe_actor=lambda actor: ActorFacts(
            "Derived", (("name", 1, False), ("items", 0, True), ("both", 2, False))
        ),
        dynamic_refs=None,
        remote=None,
    )


def to_client() -> Iterator[dict[str, Any]]:
    """Yield what the driver of this release writes."""
    from ray_client_server.config import Limits
    from ray_client_server.driver.pickling import Codec
    from ray_client_server.driver.references import References
    from ray_client_server.driver.transfers import Downloads, Uploads

    def codec(client_python: str) -> Any:
        return Codec(
            port=stand_in_for_ray(),
            references=References(),
            uploads=Uploads(Limits()),
            downloads=Downloads(),
            inline_bytes=1 << 20,
            client_python=client_python,
        )

    ref = Ref()
    handles = {
        "object_ref": ([ref, ref], "[type(each).__name__ for each in value] == ['ObjectRef'] * 2"),
        "ref_generator": (Generator(), "type(value).__name__ == 'ObjectRefGenerator'"),
        "dynamic_refs": (Dynamic(), "[type(each).__name__ for each in value] == ['ObjectRef']"),
        "actor_handle": (Actor(), "type(value.name).__name__ == 'ActorMethod' and value._methods['items'].num_returns"),
    }
    decorated = {
        "remote_function": (
            Remote(square, {"num_cpus": 2}),
            "value._function(3) == 9 and value._options == {'num_cpus': 2}",
        ),
        "actor_class": (RemoteClass(Derived, {}), "value._class().name() == 'derived base'"),
    }
    for kind, client_python in ("code", f"{MINOR}.0"), ("source", "{}.{}.0".format(*OTHER)):
        for name, (value, check) in {**samples(kind), **decorated}.items():
            yield sent(f"{name} as {kind}", kind, codec(client_python).encode(value), check)
    for name, (value, check) in {**PLAIN, **handles}.items():
        yield sent(name, "value", codec(client_python).encode(value), check)


def sent(name: str, kind: str, payload: Any, check: str) -> dict[str, Any]:
    return case(name, kind, SimpleNamespace(stream=payload.pickle, buffers=payload.buffers), check)


if __name__ == "__main__":
    records = {"to_cluster": [*to_cluster()], "to_client": [*to_client()]}
    text = json.dumps(records, indent=1, ensure_ascii=False) + "\n"
    (Path(sys.argv[1]) / f"pickles-{MINOR}.json").write_text(text, encoding="utf-8")
