from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LogSource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOG_SOURCE_UNSPECIFIED: _ClassVar[LogSource]
    WORKER_STDOUT: _ClassVar[LogSource]
    WORKER_STDERR: _ClassVar[LogSource]
    DRIVER: _ClassVar[LogSource]
LOG_SOURCE_UNSPECIFIED: LogSource
WORKER_STDOUT: LogSource
WORKER_STDERR: LogSource
DRIVER: LogSource

class LogRequest(_message.Message):
    __slots__ = ("is_enabled", "sources", "level")
    IS_ENABLED_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    is_enabled: bool
    sources: _containers.RepeatedScalarFieldContainer[LogSource]
    level: int
    def __init__(self, is_enabled: bool = ..., sources: _Optional[_Iterable[_Union[LogSource, str]]] = ..., level: _Optional[int] = ...) -> None: ...

class LogRecord(_message.Message):
    __slots__ = ("source", "time_s", "level", "logger", "text", "task_name", "pid", "node_ip", "is_continued")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TIME_S_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    LOGGER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TASK_NAME_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    NODE_IP_FIELD_NUMBER: _ClassVar[int]
    IS_CONTINUED_FIELD_NUMBER: _ClassVar[int]
    source: LogSource
    time_s: float
    level: int
    logger: str
    text: str
    task_name: str
    pid: int
    node_ip: str
    is_continued: bool
    def __init__(self, source: _Optional[_Union[LogSource, str]] = ..., time_s: _Optional[float] = ..., level: _Optional[int] = ..., logger: _Optional[str] = ..., text: _Optional[str] = ..., task_name: _Optional[str] = ..., pid: _Optional[int] = ..., node_ip: _Optional[str] = ..., is_continued: bool = ...) -> None: ...

class LogBatch(_message.Message):
    __slots__ = ("records", "dropped")
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[LogRecord]
    dropped: int
    def __init__(self, records: _Optional[_Iterable[_Union[LogRecord, _Mapping]]] = ..., dropped: _Optional[int] = ...) -> None: ...
