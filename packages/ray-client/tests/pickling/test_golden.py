"""Values as the drivers of each release have pickled them: this client must read them.

The records stand with those of the messages (`packages/ray-client-proto/tests/golden`). Each has an expression that
is true of the value. Byte code is read by the minor version of Python that wrote it, everything else by any.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ray_client.handles.tokens import token_readers
from ray_client.pickling import unpickler

GOLDEN = Path(__file__).parents[3] / "ray-client-proto" / "tests" / "golden"
MINOR = "{}.{}".format(*sys.version_info)


def cases() -> list[Any]:
    found = []
    for path in sorted(GOLDEN.glob("*/pickles-*.json")):
        written_by = path.stem.removeprefix("pickles-")
        for record in json.loads(path.read_text(encoding="utf-8"))["to_client"]:
            if record["kind"] != "code" or written_by == MINOR:
                name = f"{path.parent.name}-python{written_by}-{record['name']}".replace(" ", "_")
                found.append(pytest.param(record, id=name))
    return found


@pytest.mark.parametrize("record", cases())
def test_what_a_released_driver_has_written_is_read(record: dict[str, Any]) -> None:
    claimed: list[int] = []
    session: Any = SimpleNamespace(id="golden", release=lambda handle_id: None, is_open=False)
    stream, *buffers = (base64.b64decode(part) for part in (record["pickle"], *record["buffers"]))
    value = unpickler.load(stream, buffers, token_readers(session, claimed.append))
    assert eval(record["check"], {"value": value}), value
    assert len(claimed) == len(set(claimed)) or record["name"] == "object_ref"


def test_every_kind_is_recorded_by_every_python() -> None:
    paths = sorted(GOLDEN.glob("*/pickles-*.json"))
    assert len(paths) >= 4
    for path in paths:
        records = json.loads(path.read_text(encoding="utf-8"))
        for direction in ("to_client", "to_cluster"):
            assert {record["kind"] for record in records[direction]} == {"value", "code", "source"}
            tokens = {"object_ref", "ref_generator", "dynamic_refs", "actor_handle"}
            assert tokens <= {record["name"] for record in records[direction]}
