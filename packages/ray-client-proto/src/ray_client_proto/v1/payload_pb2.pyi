from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class Payload(_message.Message):
    __slots__ = ("pickle", "buffers", "transfer_id", "sizes_bytes", "counted_ids")
    PICKLE_FIELD_NUMBER: _ClassVar[int]
    BUFFERS_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    SIZES_BYTES_FIELD_NUMBER: _ClassVar[int]
    COUNTED_IDS_FIELD_NUMBER: _ClassVar[int]
    pickle: bytes
    buffers: _containers.RepeatedScalarFieldContainer[bytes]
    transfer_id: int
    sizes_bytes: _containers.RepeatedScalarFieldContainer[int]
    counted_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, pickle: _Optional[bytes] = ..., buffers: _Optional[_Iterable[bytes]] = ..., transfer_id: _Optional[int] = ..., sizes_bytes: _Optional[_Iterable[int]] = ..., counted_ids: _Optional[_Iterable[int]] = ...) -> None: ...
