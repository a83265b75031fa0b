"""What in one set of `.proto` files would break a peer that was made from another: numbers, types and names must stay.

Only descriptors are compared, so it does not matter how the files are written. What is added breaks nobody (rule H3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)

_KEEP = "put it back as it was, and add what is new under a name and a number of its own"
_RESERVE = 'put it back, or say `reserved {number};` and `reserved "{name}";`'
_RESERVED = "reserve it again: an older peer may still send it"


def breaks(released: FileDescriptorSet, current: FileDescriptorSet) -> list[str]:
    """List what breaks a peer of `released`: file, message, field, what changed, what to do; empty if nothing does."""
    found: list[str] = []
    files = {file.name: file for file in current.file}
    for old in released.file:
        where = old.name.rpartition("/")[2]
        if old.name not in files:
            found.append(f"{where}: the file is gone; {_KEEP}")
            continue
        new = files[old.name]
        if old.package != new.package:
            found.append(f"{where}: the package was {old.package} and is {new.package}; {_KEEP}")
        parts = (
            _messages(old.message_type, new.message_type, ""),
            _enums(old.enum_type, new.enum_type, ""),
            _services(old.service, new.service),
        )
        found += [f"{where}: {text}" for part in parts for text in part]
    return found


def _pairs(kind: str, old: Iterable[Any], new: Iterable[Any], outer: str) -> Iterator[tuple[Any, Any | None, str]]:
    """Give each thing of the release, what it is now if it still is there, and what to call it."""
    by_name = {each.name: each for each in new}
    for each in old:
        yield each, by_name.get(each.name), f"{kind} {outer}{each.name}"


def _messages(old: Iterable[DescriptorProto], new: Iterable[DescriptorProto], outer: str) -> Iterator[str]:
    for message, now, what in _pairs("message", old, new, outer):
        if now is None:
            yield f"{what} is gone or renamed; {_KEEP}"
            continue
        inner = f"{outer}{message.name}."
        yield from _members("field", what, message, now, message.field, now.field, _field)
        yield from _messages(message.nested_type, now.nested_type, inner)
        yield from _enums(message.enum_type, now.enum_type, inner)


def _enums(old: Iterable[EnumDescriptorProto], new: Iterable[EnumDescriptorProto], outer: str) -> Iterator[str]:
    for enum, now, what in _pairs("enum", old, new, outer):
        if now is None:
            yield f"{what} is gone or renamed; {_KEEP}"
        else:
            yield from _members("value", what, enum, now, enum.value, now.value, lambda value, _: "")


def _services(old: Iterable[ServiceDescriptorProto], new: Iterable[ServiceDescriptorProto]) -> Iterator[str]:
    for service, now, what in _pairs("service", old, new, ""):
        if now is None:
            yield f"{what} is gone or renamed; {_KEEP}"
            continue
        for method, method_now, name in _pairs("method", service.method, now.method, ""):
            if method_now is None:
                yield f"{what}: {name} is gone or renamed; {_KEEP}"
            elif _signature(method) != _signature(method_now):
                yield f"{what}: {name} was {_signature(method)} and is {_signature(method_now)}; {_KEEP}"


def _signature(method: Any) -> str:
    streams = [
        ("stream " if is_streaming else "") + kind.rpartition(".")[2]
        for is_streaming, kind in (
            (method.client_streaming, method.input_type),
            (method.server_streaming, method.output_type),
        )
    ]
    return "({}) returns ({})".format(*streams)


def _members(
    kind: str, what: str, holder: Any, holder_now: Any, old: Iterable[Any], new: Iterable[Any], describe: Any
) -> Iterator[str]:
    """Compare fields of a message, or values of an enum: the number is what a peer knows them by."""
    new = list(new)
    by_number, by_name = {each.number: each for each in new}, {each.name: each for each in new}
    for member in old:
        name, number = member.name, member.number
        now = by_number.get(number)
        if now is None and name in by_name:
            yield f"{what}: {kind} {name} had number {number} and has {by_name[name].number}; {_KEEP}"
        elif now is None:
            if not (_is_reserved(holder_now, number, number) and name in holder_now.reserved_name):
                yield f"{what}: {kind} {name} = {number} is gone; {_RESERVE.format(number=number, name=name)}"
        elif now.name != name:
            yield f"{what}: number {number} was {kind} {name} and is {now.name}; {_KEEP}"
        elif describe(member, holder) != describe(now, holder_now):
            was, is_ = describe(member, holder), describe(now, holder_now)
            yield f"{what}: {kind} {name} = {number} was {was} and is {is_}; {_KEEP}"
    for name in sorted(set(holder.reserved_name) - set(holder_now.reserved_name)):
        yield f"{what}: the name {name} was reserved and no longer is; {_RESERVED}"
    for each in holder.reserved_range:
        if not _is_reserved(holder_now, each.start, _last(holder, each)):
            numbers = f"{each.start} to {_last(holder, each)}"
            yield f"{what}: the numbers {numbers} were reserved and no longer are; {_RESERVED}"


def _field(field: FieldDescriptorProto, message: DescriptorProto) -> str:
    """Give what a field is on the wire and in code, in the words of a `.proto` file."""
    label = "repeated " if field.label == field.LABEL_REPEATED else "optional " if field.proto3_optional else ""
    kind = field.type_name.lstrip(".") or field.Type.Name(field.type).removeprefix("TYPE_").lower()
    packed = " [packed=false]" if field.options.HasField("packed") and not field.options.packed else ""
    is_in_oneof = field.HasField("oneof_index") and not field.proto3_optional
    return label + kind + packed + (f" in oneof {message.oneof_decl[field.oneof_index].name}" if is_in_oneof else "")


def _last(holder: Any, reserved: Any) -> int:
    """Give the last number of a reserved range: a message's has its end behind it, an enum's in it."""
    return int(reserved.end) - isinstance(holder, DescriptorProto)


def _is_reserved(holder: Any, first: int, last: int) -> bool:
    return any(each.start <= first and last <= _last(holder, each) for each in holder.reserved_range)
