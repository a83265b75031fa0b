from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class Chunk(_message.Message):
    __slots__ = ("transfer_id", "offset_bytes", "total_bytes", "data")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    OFFSET_BYTES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    transfer_id: int
    offset_bytes: int
    total_bytes: int
    data: bytes
    def __init__(self, transfer_id: _Optional[int] = ..., offset_bytes: _Optional[int] = ..., total_bytes: _Optional[int] = ..., data: _Optional[bytes] = ...) -> None: ...

class UploadStatus(_message.Message):
    __slots__ = ("transfer_id", "received_bytes")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_BYTES_FIELD_NUMBER: _ClassVar[int]
    transfer_id: int
    received_bytes: int
    def __init__(self, transfer_id: _Optional[int] = ..., received_bytes: _Optional[int] = ...) -> None: ...

class UploadStatusRequest(_message.Message):
    __slots__ = ("transfer_id",)
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    transfer_id: int
    def __init__(self, transfer_id: _Optional[int] = ...) -> None: ...

class DownloadRequest(_message.Message):
    __slots__ = ("transfer_id", "offset_bytes")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    OFFSET_BYTES_FIELD_NUMBER: _ClassVar[int]
    transfer_id: int
    offset_bytes: int
    def __init__(self, transfer_id: _Optional[int] = ..., offset_bytes: _Optional[int] = ...) -> None: ...
