"""Values as the clients of each release have pickled them: this driver must read them.

The records stand with those of the messages (`packages/ray-client-proto/tests/golden`). Each has an expression that
is true of the value. Byte code is read by the minor version of Python that wrote it, everything else by any.
"""

from __future__ import annotations

import base64
import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_server.driver.references import Kind

GOLDEN = Path(__file__).parents[3] / "ray-client-proto" / "tests" / "golden"
MINOR = "{}.{}".format(*sys.version_info)


def cases() -> list[Any]:
    found = []
    for path in sorted(GOLDEN.glob("*/pickles-*.json")):
        written_by = path.stem.removeprefix("pickles-")
        for record in json.loads(path.read_text(encoding="utf-8"))["to_cluster"]:
            if record["kind"] != "code" or written_by == MINOR:
                name = f"{path.parent.name}-python{written_by}-{record['name']}".replace(" ", "_")
                found.append(pytest.param(record, id=name))
    return found


def get(_ref: object) -> None:
    """Stands for Ray's."""


@pytest.mark.parametrize("record", cases())
def test_what_a_released_client_has_written_is_read(
    record: dict[str, Any], holdings: Any, driving: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ray", "ray.util"):  # Ray itself takes seconds to import
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setattr(sys.modules["ray"], "get", get, raising=False)
    ref = driving.FakeRef()
    holdings.references.name(5, Kind.OBJECT, ref, ref.key)
    holdings.references.name(6, Kind.GENERATOR, driving.FakeGenerator([ref]))
    holdings.references.name(7, Kind.ACTOR, driving.FakeActor(object()), b"actor")
    stream, *buffers = (base64.b64decode(part) for part in (record["pickle"], *record["buffers"]))
    value = holdings.codec.decode(Payload(pickle=stream, buffers=buffers)).value
    assert eval(record["check"], {"value": value}), value
