from ray_client_proto.v1 import payload_pb2 as _payload_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Failure(_message.Message):
    __slots__ = ("code", "type_name", "message", "traceback", "cause", "details")
    class Code(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CODE_UNSPECIFIED: _ClassVar[Failure.Code]
        TASK_ERROR: _ClassVar[Failure.Code]
        RAY_ERROR: _ClassVar[Failure.Code]
        INVALID_ARGUMENT: _ClassVar[Failure.Code]
        UNKNOWN_OBJECT: _ClassVar[Failure.Code]
        UNPICKLE_FAILED: _ClassVar[Failure.Code]
        PICKLE_FAILED: _ClassVar[Failure.Code]
        UNAUTHENTICATED: _ClassVar[Failure.Code]
        INCOMPATIBLE_VERSION: _ClassVar[Failure.Code]
        UNKNOWN_SESSION: _ClassVar[Failure.Code]
        SESSION_ENDED: _ClassVar[Failure.Code]
        SESSION_TAKEN_OVER: _ClassVar[Failure.Code]
        LIMIT_EXCEEDED: _ClassVar[Failure.Code]
        DRAINING: _ClassVar[Failure.Code]
        DRIVER_FAILED: _ClassVar[Failure.Code]
        RUNTIME_ENV_FAILED: _ClassVar[Failure.Code]
        CLUSTER_UNREACHABLE: _ClassVar[Failure.Code]
        PROTOCOL_VIOLATION: _ClassVar[Failure.Code]
        INTERNAL: _ClassVar[Failure.Code]
        END_OF_STREAM: _ClassVar[Failure.Code]
    CODE_UNSPECIFIED: Failure.Code
    TASK_ERROR: Failure.Code
    RAY_ERROR: Failure.Code
    INVALID_ARGUMENT: Failure.Code
    UNKNOWN_OBJECT: Failure.Code
    UNPICKLE_FAILED: Failure.Code
    PICKLE_FAILED: Failure.Code
    UNAUTHENTICATED: Failure.Code
    INCOMPATIBLE_VERSION: Failure.Code
    UNKNOWN_SESSION: Failure.Code
    SESSION_ENDED: Failure.Code
    SESSION_TAKEN_OVER: Failure.Code
    LIMIT_EXCEEDED: Failure.Code
    DRAINING: Failure.Code
    DRIVER_FAILED: Failure.Code
    RUNTIME_ENV_FAILED: Failure.Code
    CLUSTER_UNREACHABLE: Failure.Code
    PROTOCOL_VIOLATION: Failure.Code
    INTERNAL: Failure.Code
    END_OF_STREAM: Failure.Code
    class DetailsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CODE_FIELD_NUMBER: _ClassVar[int]
    TYPE_NAME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TRACEBACK_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    code: Failure.Code
    type_name: str
    message: str
    traceback: str
    cause: _payload_pb2.Payload
    details: _containers.ScalarMap[str, str]
    def __init__(self, code: _Optional[_Union[Failure.Code, str]] = ..., type_name: _Optional[str] = ..., message: _Optional[str] = ..., traceback: _Optional[str] = ..., cause: _Optional[_Union[_payload_pb2.Payload, _Mapping]] = ..., details: _Optional[_Mapping[str, str]] = ...) -> None: ...
