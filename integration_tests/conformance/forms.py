"""Forms of arguments: what each public function and class takes, and with which error it refuses the rest.

`forms.tsv` has an expression; what comes of it on Ray itself; where that is not so through the client, what comes of it
there and why; and since which Ray. `python -m conformance.forms ADDRESS`, run natively with `integration_tests` on the
path, writes what Ray says.
"""

from __future__ import annotations

import collections
import functools
import importlib
import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from conformance.api import exceptions, ray

TABLE = Path(__file__).with_name("forms.tsv")
_PLAIN = (int, float, str, bytes, type(None))


class Form(NamedTuple):
    """An expression, what comes of it on Ray, and what comes of it through the client, with the reason.

    `since` is the oldest Ray on which that comes of it, if it is not the oldest of all; through the client it does with
    any, but where an `-` stands before it.
    """

    expression: str
    native: str
    client: str = ""
    reason: str = ""
    since: str = ""


def read() -> list[Form]:
    """Give the table; a line that begins with `##` is the title of what follows."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [Form(*line.split("\t")) for line in lines if line and not line.startswith("##")]


@ray.remote(num_cpus=0)
def double(x: Any) -> Any:
    return x * 2


class Plain:
    """What `Adder` is made of."""

    LIMIT = 7

    def add(self, x: int) -> int:
        return x + 1

    @staticmethod
    def static(x: int) -> int:
        return x * 3

    @classmethod
    def cls_method(cls, x: int) -> int:
        return x * cls.LIMIT


Adder = ray.remote(num_cpus=0)(Plain)


def names() -> dict[str, Any]:
    """Give what the expressions may use; needs a session."""

    def module(name: str) -> types.ModuleType:
        return importlib.import_module(f"{ray.__name__}.{name}")

    return {
        "ray": ray,
        "exceptions": exceptions,
        "np": np,
        "collections": collections,
        "functools": functools,
        "threading": threading,
        "types": types,
        "double": double,
        "Adder": Adder,
        "Plain": Plain,
        "one": ray.put(1),
        "two": ray.put(2),
        "fresh": lambda: Adder.remote(),
        "lens": lambda two: [*map(len, two)],
        "actor": Adder.options(name="adder", get_if_exists=True).remote(),
        "placement": module("util.placement_group"),
        "strategies": module("util.scheduling_strategies"),
        "metrics": module("util.metrics"),
        "queues": module("util.queue"),
        "groups": module("util.actor_group"),
        "cloudpickle": module("cloudpickle"),
        "queue": module("util.queue").Queue(actor_options={"num_cpus": 0}),
    }


def outcome(expression: str, namespace: dict[str, Any], expected: str = "") -> str:
    """Give what comes of an expression: its value where that is plain, else the value's type; or the error's type.

    An error that is of the expected type among others counts as that: what catches the one catches the other.
    """
    try:
        value = eval(expression, namespace)
    # Whatever type it has is what the table is about.
    except Exception as error:  # noqa: BLE001
        names = [f"raises {cls.__name__}" for cls in type(error).__mro__]
        return expected if expected in names and expected != "raises Exception" else names[0]
    is_plain = isinstance(value, _PLAIN) or (isinstance(value, list) and all(isinstance(one, _PLAIN) for one in value))
    return repr(value) if is_plain else f"a {type(value).__name__}"


def _written() -> Iterator[str]:
    known = {form.expression: form for form in read()}
    namespace = names()
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        expression = line.partition("\t")[0]
        if not line or line.startswith("##"):
            yield line
        else:
            native = outcome(expression, namespace)
            old = known[expression]
            yield "\t".join([expression, native, old.client, old.reason, old.since]).rstrip("\t")


if __name__ == "__main__":
    ray.init(sys.argv[1], namespace="forms", log_to_driver=False)
    TABLE.write_text("\n".join(_written()) + "\n", encoding="utf-8")
