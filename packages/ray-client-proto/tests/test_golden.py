"""Messages of each release, recorded: today's code must read them, and write the same.

What is recorded in `golden/<release>` is never changed; `nox -s record` adds what a new release writes.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message import Message

from ray_client_proto import v1
from ray_client_proto.wire import chunk

GOLDEN = Path(__file__).parent / "golden"
RELEASES = sorted(path.name for path in GOLDEN.iterdir())
RECORDS: dict[str, dict[str, dict[str, Any]]] = {
    release: json.loads((GOLDEN / release / "messages.json").read_text(encoding="utf-8")) for release in RELEASES
}
MODULES = [module.name for module in pkgutil.iter_modules(v1.__path__) if module.name.endswith("_pb2")]


def class_of(full_name: str) -> type[Message]:
    name = full_name.removeprefix("ray_client.v1.")
    modules = (importlib.import_module(f"ray_client_proto.v1.{module}") for module in MODULES)
    found: type[Message]
    [found] = [getattr(module, name) for module in modules if hasattr(module, name)]
    return found


def record(function: Any) -> Any:
    """Run a test for each recorded message of each release."""
    cases = [(release, name) for release in RELEASES for name in RECORDS[release]]
    return pytest.mark.parametrize(("release", "name"), cases)(function)


@record
def test_recorded_bytes_are_read(release: str, name: str) -> None:
    recorded = RECORDS[release][name]
    cls = class_of(recorded["type"])
    assert cls.FromString(bytes.fromhex(recorded["bytes"])) == json_format.ParseDict(recorded["says"], cls())


@record
def test_recorded_bytes_are_written(release: str, name: str) -> None:
    recorded = RECORDS[release][name]
    message = json_format.ParseDict(recorded["says"], class_of(recorded["type"])())
    assert message.SerializeToString(deterministic=True).hex() == recorded["bytes"]


@pytest.mark.parametrize("release", RELEASES)
def test_every_field_of_every_message_of_a_release_is_recorded(release: str) -> None:
    files = FileDescriptorSet.FromString((GOLDEN / release / "protocol.binpb").read_bytes()).file
    recorded: dict[str, set[str]] = {}
    for each in RECORDS[release].values():
        recorded.setdefault(each["type"], set()).update(each["says"])
    assert recorded == {
        f"{file.package}.{message.name}": {field.name for field in message.field}
        for file in files
        for message in file.message_type
    }


@pytest.mark.parametrize("release", RELEASES)
def test_a_chunk_is_written_and_read_by_hand_as_it_was(release: str) -> None:
    for name in ("Chunk", "chunk"):
        if name not in RECORDS[release]:
            continue
        recorded = RECORDS[release][name]
        message: Any = class_of(recorded["type"]).FromString(bytes.fromhex(recorded["bytes"]))
        first, rest = message.data[:1], message.data[1:]
        fields = (message.transfer_id, message.offset_bytes, message.total_bytes)
        assert chunk.encode(*fields, [memoryview(first), memoryview(rest)]).hex() == recorded["bytes"]
        assert chunk.decode(bytes.fromhex(recorded["bytes"])) == (*fields, message.data)


def test_no_record_is_empty() -> None:
    assert "0.1.0" in RELEASES
    assert all(len(records) > 60 for records in RECORDS.values())
