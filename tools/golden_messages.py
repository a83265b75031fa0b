"""Record the messages of a release, for later releases to read.

    python golden_messages.py DIRECTORY

Run by `nox -s record`, with a Python that has the wheels of the release. Writes `messages.json`: every message with
everything set, its bytes beside what they say.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from ray_client_proto import v1

MODULES: Final = sorted(module.name for module in pkgutil.iter_modules(v1.__path__) if module.name.endswith("_pb2"))


def messages() -> Iterator[tuple[str, Message]]:
    """Yield each message of the protocol with everything set, and for each choice that it has one more."""
    for module in MODULES:
        pb2 = importlib.import_module(f"ray_client_proto.v1.{module}")
        for name, descriptor in pb2.DESCRIPTOR.message_types_by_name.items():
            cls = getattr(pb2, name)
            choices = [field for oneof in descriptor.oneofs for field in oneof.fields]
            yield name, filled(cls, None)
            for choice in choices:
                yield f"{name}.{choice.name}", filled(cls, choice)


def filled(cls: type[Message], choice: FieldDescriptor | None) -> Message:
    """Give a message with every field set; of a choice between fields only `choice`."""
    message = cls()
    descriptor: Descriptor = message.DESCRIPTOR
    for field in descriptor.fields:
        if field.containing_oneof is not None and field is not choice:
            continue
        value = getattr(message, field.name)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            value.update({"one": "1", "two": "2"})
        elif hasattr(value, "extend"):
            value.extend([sample(field, number) for number in (1, 2)])
        elif field.message_type is not None:
            value.CopyFrom(filled(type(value), None))
        else:
            setattr(message, field.name, sample(field, 0))
    return message


def sample(field: FieldDescriptor, number: int) -> Any:
    """Give a value for a field, another for each `number`; whole numbers are as large as they may be."""
    if field.message_type is not None:
        return filled(_class_of(field.message_type), None)
    if field.enum_type is not None:
        return field.enum_type.values[-1].number
    return {
        field.CPPTYPE_UINT64: 2**63 + field.number * 10 + number,
        field.CPPTYPE_UINT32: 2**31 + field.number * 10 + number,
        field.CPPTYPE_DOUBLE: field.number + 0.5,
        field.CPPTYPE_BOOL: True,
        field.CPPTYPE_STRING: f"{field.name} {number} äöü"
        if field.type == field.TYPE_STRING
        else bytes(range(250, 256)),
    }[field.cpp_type]


def _class_of(descriptor: Descriptor) -> type[Message]:
    found: Any = importlib.import_module(f"ray_client_proto.v1.{Path(descriptor.file.name).stem}_pb2")
    for part in descriptor.full_name.removeprefix(f"{descriptor.file.package}.").split("."):
        found = getattr(found, part)
    cls: type[Message] = found
    return cls


if __name__ == "__main__":
    recorded = {
        name: {
            "type": message.DESCRIPTOR.full_name,
            "bytes": message.SerializeToString(deterministic=True).hex(),
            "says": json_format.MessageToDict(message, preserving_proto_field_name=True),
        }
        for name, message in messages()
    }
    text = json.dumps(recorded, indent=1, ensure_ascii=False) + "\n"
    (Path(sys.argv[1]) / "messages.json").write_text(text, encoding="utf-8")
