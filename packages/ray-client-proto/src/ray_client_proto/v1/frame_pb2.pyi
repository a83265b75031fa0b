from ray_client_proto.v1 import operation_pb2 as _operation_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Attach(_message.Message):
    __slots__ = ("last_seen_seq",)
    LAST_SEEN_SEQ_FIELD_NUMBER: _ClassVar[int]
    last_seen_seq: int
    def __init__(self, last_seen_seq: _Optional[int] = ...) -> None: ...

class Attached(_message.Message):
    __slots__ = ("last_seen_seq", "attach_count")
    LAST_SEEN_SEQ_FIELD_NUMBER: _ClassVar[int]
    ATTACH_COUNT_FIELD_NUMBER: _ClassVar[int]
    last_seen_seq: int
    attach_count: int
    def __init__(self, last_seen_seq: _Optional[int] = ..., attach_count: _Optional[int] = ...) -> None: ...

class ClientFrame(_message.Message):
    __slots__ = ("seq", "ack", "operations", "attach")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    ACK_FIELD_NUMBER: _ClassVar[int]
    OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    ATTACH_FIELD_NUMBER: _ClassVar[int]
    seq: int
    ack: int
    operations: _containers.RepeatedCompositeFieldContainer[_operation_pb2.Operation]
    attach: Attach
    def __init__(self, seq: _Optional[int] = ..., ack: _Optional[int] = ..., operations: _Optional[_Iterable[_Union[_operation_pb2.Operation, _Mapping]]] = ..., attach: _Optional[_Union[Attach, _Mapping]] = ...) -> None: ...

class ServerFrame(_message.Message):
    __slots__ = ("seq", "ack", "replies", "attached")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    ACK_FIELD_NUMBER: _ClassVar[int]
    REPLIES_FIELD_NUMBER: _ClassVar[int]
    ATTACHED_FIELD_NUMBER: _ClassVar[int]
    seq: int
    ack: int
    replies: _containers.RepeatedCompositeFieldContainer[_operation_pb2.Reply]
    attached: Attached
    def __init__(self, seq: _Optional[int] = ..., ack: _Optional[int] = ..., replies: _Optional[_Iterable[_Union[_operation_pb2.Reply, _Mapping]]] = ..., attached: _Optional[_Union[Attached, _Mapping]] = ...) -> None: ...
