from ray_client_proto.v1 import error_pb2 as _error_pb2
from ray_client_proto.v1 import payload_pb2 as _payload_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Export(_message.Message):
    __slots__ = ("digest", "kind", "payload", "name")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Export.Kind]
        FUNCTION: _ClassVar[Export.Kind]
        CLASS: _ClassVar[Export.Kind]
    KIND_UNSPECIFIED: Export.Kind
    FUNCTION: Export.Kind
    CLASS: Export.Kind
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    digest: bytes
    kind: Export.Kind
    payload: _payload_pb2.Payload
    name: str
    def __init__(self, digest: _Optional[bytes] = ..., kind: _Optional[_Union[Export.Kind, str]] = ..., payload: _Optional[_Union[_payload_pb2.Payload, _Mapping]] = ..., name: _Optional[str] = ...) -> None: ...

class ReleaseExport(_message.Message):
    __slots__ = ("digest",)
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    digest: bytes
    def __init__(self, digest: _Optional[bytes] = ...) -> None: ...

class Put(_message.Message):
    __slots__ = ("object_id", "value")
    OBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    object_id: int
    value: _payload_pb2.Payload
    def __init__(self, object_id: _Optional[int] = ..., value: _Optional[_Union[_payload_pb2.Payload, _Mapping]] = ...) -> None: ...

class Invocation(_message.Message):
    __slots__ = ("arguments", "options", "result_ids", "is_streaming", "call_site")
    ARGUMENTS_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    RESULT_IDS_FIELD_NUMBER: _ClassVar[int]
    IS_STREAMING_FIELD_NUMBER: _ClassVar[int]
    CALL_SITE_FIELD_NUMBER: _ClassVar[int]
    arguments: _payload_pb2.Payload
    options: _payload_pb2.Payload
    result_ids: _containers.RepeatedScalarFieldContainer[int]
    is_streaming: bool
    call_site: str
    def __init__(self, arguments: _Optional[_Union[_payload_pb2.Payload, _Mapping]] = ..., options: _Optional[_Union[_payload_pb2.Payload, _Mapping]] = ..., result_ids: _Optional[_Iterable[int]] = ..., is_streaming: bool = ..., call_site: _Optional[str] = ...) -> None: ...

class ScheduleTask(_message.Message):
    __slots__ = ("function_digest", "invocation")
    FUNCTION_DIGEST_FIELD_NUMBER: _ClassVar[int]
    INVOCATION_FIELD_NUMBER: _ClassVar[int]
    function_digest: bytes
    invocation: Invocation
    def __init__(self, function_digest: _Optional[bytes] = ..., invocation: _Optional[_Union[Invocation, _Mapping]] = ...) -> None: ...

class CreateActor(_message.Message):
    __slots__ = ("class_digest", "invocation")
    CLASS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    INVOCATION_FIELD_NUMBER: _ClassVar[int]
    class_digest: bytes
    invocation: Invocation
    def __init__(self, class_digest: _Optional[bytes] = ..., invocation: _Optional[_Union[Invocation, _Mapping]] = ...) -> None: ...

class CallActor(_message.Message):
    __slots__ = ("actor_id", "method", "invocation")
    ACTOR_ID_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    INVOCATION_FIELD_NUMBER: _ClassVar[int]
    actor_id: int
    method: str
    invocation: Invocation
    def __init__(self, actor_id: _Optional[int] = ..., method: _Optional[str] = ..., invocation: _Optional[_Union[Invocation, _Mapping]] = ...) -> None: ...

class Get(_message.Message):
    __slots__ = ("object_ids",)
    OBJECT_IDS_FIELD_NUMBER: _ClassVar[int]
    object_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, object_ids: _Optional[_Iterable[int]] = ...) -> None: ...

class Wait(_message.Message):
    __slots__ = ("object_ids", "num_returns", "timeout_s", "fetch_local")
    OBJECT_IDS_FIELD_NUMBER: _ClassVar[int]
    NUM_RETURNS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    FETCH_LOCAL_FIELD_NUMBER: _ClassVar[int]
    object_ids: _containers.RepeatedScalarFieldContainer[int]
    num_returns: int
    timeout_s: float
    fetch_local: bool
    def __init__(self, object_ids: _Optional[_Iterable[int]] = ..., num_returns: _Optional[int] = ..., timeout_s: _Optional[float] = ..., fetch_local: bool = ...) -> None: ...

class Release(_message.Message):
    __slots__ = ("ids", "counts")
    IDS_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    ids: _containers.RepeatedScalarFieldContainer[int]
    counts: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, ids: _Optional[_Iterable[int]] = ..., counts: _Optional[_Iterable[int]] = ...) -> None: ...

class CancelTask(_message.Message):
    __slots__ = ("object_id", "force", "recursive")
    OBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    RECURSIVE_FIELD_NUMBER: _ClassVar[int]
    object_id: int
    force: bool
    recursive: bool
    def __init__(self, object_id: _Optional[int] = ..., force: bool = ..., recursive: bool = ...) -> None: ...

class KillActor(_message.Message):
    __slots__ = ("actor_id", "no_restart")
    ACTOR_ID_FIELD_NUMBER: _ClassVar[int]
    NO_RESTART_FIELD_NUMBER: _ClassVar[int]
    actor_id: int
    no_restart: bool
    def __init__(self, actor_id: _Optional[int] = ..., no_restart: bool = ...) -> None: ...

class FindActor(_message.Message):
    __slots__ = ("actor_id", "name", "namespace")
    ACTOR_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    actor_id: int
    name: str
    namespace: str
    def __init__(self, actor_id: _Optional[int] = ..., name: _Optional[str] = ..., namespace: _Optional[str] = ...) -> None: ...

class TakeNext(_message.Message):
    __slots__ = ("generator_id", "object_id", "is_completion")
    GENERATOR_ID_FIELD_NUMBER: _ClassVar[int]
    OBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    IS_COMPLETION_FIELD_NUMBER: _ClassVar[int]
    generator_id: int
    object_id: int
    is_completion: bool
    def __init__(self, generator_id: _Optional[int] = ..., object_id: _Optional[int] = ..., is_completion: bool = ...) -> None: ...

class Identify(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: int
    def __init__(self, id: _Optional[int] = ...) -> None: ...

class QueryCluster(_message.Message):
    __slots__ = ("query", "arguments")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    ARGUMENTS_FIELD_NUMBER: _ClassVar[int]
    query: str
    arguments: _payload_pb2.Payload
    def __init__(self, query: _Optional[str] = ..., arguments: _Optional[_Union[_payload_pb2.Payload, _Mapping]] = ...) -> None: ...

class Forget(_message.Message):
    __slots__ = ("request_id",)
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: int
    def __init__(self, request_id: _Optional[int] = ...) -> None: ...

class ReleaseTransfer(_message.Message):
    __slots__ = ("transfer_id",)
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    transfer_id: int
    def __init__(self, transfer_id: _Optional[int] = ...) -> None: ...

class CallLibrary(_message.Message):
    __slots__ = ("kind", "call", "thread", "lacks", "columns", "environment")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        RETURN: _ClassVar[CallLibrary.Kind]
        AWAIT: _ClassVar[CallLibrary.Kind]
        ITERATE: _ClassVar[CallLibrary.Kind]
        HOLD: _ClassVar[CallLibrary.Kind]
    RETURN: CallLibrary.Kind
    AWAIT: CallLibrary.Kind
    ITERATE: CallLibrary.Kind
    HOLD: CallLibrary.Kind
    class EnvironmentEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    KIND_FIELD_NUMBER: _ClassVar[int]
    CALL_FIELD_NUMBER: _ClassVar[int]
    THREAD_FIELD_NUMBER: _ClassVar[int]
    LACKS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    kind: CallLibrary.Kind
    call: _payload_pb2.Payload
    thread: int
    lacks: _containers.RepeatedScalarFieldContainer[str]
    columns: int
    environment: _containers.ScalarMap[str, str]
    def __init__(self, kind: _Optional[_Union[CallLibrary.Kind, str]] = ..., call: _Optional[_Union[_payload_pb2.Payload, _Mapping]] = ..., thread: _Optional[int] = ..., lacks: _Optional[_Iterable[str]] = ..., columns: _Optional[int] = ..., environment: _Optional[_Mapping[str, str]] = ...) -> None: ...

class InterruptLibrary(_message.Message):
    __slots__ = ("request_id",)
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: int
    def __init__(self, request_id: _Optional[int] = ...) -> None: ...

class Disconnect(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Operation(_message.Message):
    __slots__ = ("request_id", "export", "put", "schedule_task", "create_actor", "call_actor", "get", "wait", "release", "cancel_task", "kill_actor", "find_actor", "take_next", "identify", "query_cluster", "forget", "release_transfer", "disconnect", "release_export", "call_library", "interrupt_library")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EXPORT_FIELD_NUMBER: _ClassVar[int]
    PUT_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_TASK_FIELD_NUMBER: _ClassVar[int]
    CREATE_ACTOR_FIELD_NUMBER: _ClassVar[int]
    CALL_ACTOR_FIELD_NUMBER: _ClassVar[int]
    GET_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    CANCEL_TASK_FIELD_NUMBER: _ClassVar[int]
    KILL_ACTOR_FIELD_NUMBER: _ClassVar[int]
    FIND_ACTOR_FIELD_NUMBER: _ClassVar[int]
    TAKE_NEXT_FIELD_NUMBER: _ClassVar[int]
    IDENTIFY_FIELD_NUMBER: _ClassVar[int]
    QUERY_CLUSTER_FIELD_NUMBER: _ClassVar[int]
    FORGET_FIELD_NUMBER: _ClassVar[int]
    RELEASE_TRANSFER_FIELD_NUMBER: _ClassVar[int]
    DISCONNECT_FIELD_NUMBER: _ClassVar[int]
    RELEASE_EXPORT_FIELD_NUMBER: _ClassVar[int]
    CALL_LIBRARY_FIELD_NUMBER: _ClassVar[int]
    INTERRUPT_LIBRARY_FIELD_NUMBER: _ClassVar[int]
    request_id: int
    export: Export
    put: Put
    schedule_task: ScheduleTask
    create_actor: CreateActor
    call_actor: CallActor
    get: Get
    wait: Wait
    release: Release
    cancel_task: CancelTask
    kill_actor: KillActor
    find_actor: FindActor
    take_next: TakeNext
    identify: Identify
    query_cluster: QueryCluster
    forget: Forget
    release_transfer: ReleaseTransfer
    disconnect: Disconnect
    release_export: ReleaseExport
    call_library: CallLibrary
    interrupt_library: InterruptLibrary
    def __init__(self, request_id: _Optional[int] = ..., export: _Optional[_Union[Export, _Mapping]] = ..., put: _Optional[_Union[Put, _Mapping]] = ..., schedule_task: _Optional[_Union[ScheduleTask, _Mapping]] = ..., create_actor: _Optional[_Union[CreateActor, _Mapping]] = ..., call_actor: _Optional[_Union[CallActor, _Mapping]] = ..., get: _Optional[_Union[Get, _Mapping]] = ..., wait: _Optional[_Union[Wait, _Mapping]] = ..., release: _Optional[_Union[Release, _Mapping]] = ..., cancel_task: _Optional[_Union[CancelTask, _Mapping]] = ..., kill_actor: _Optional[_Union[KillActor, _Mapping]] = ..., find_actor: _Optional[_Union[FindActor, _Mapping]] = ..., take_next: _Optional[_Union[TakeNext, _Mapping]] = ..., identify: _Optional[_Union[Identify, _Mapping]] = ..., query_cluster: _Optional[_Union[QueryCluster, _Mapping]] = ..., forget: _Optional[_Union[Forget, _Mapping]] = ..., release_transfer: _Optional[_Union[ReleaseTransfer, _Mapping]] = ..., disconnect: _Optional[_Union[Disconnect, _Mapping]] = ..., release_export: _Optional[_Union[ReleaseExport, _Mapping]] = ..., call_library: _Optional[_Union[CallLibrary, _Mapping]] = ..., interrupt_library: _Optional[_Union[InterruptLibrary, _Mapping]] = ...) -> None: ...

class ReadyObjects(_message.Message):
    __slots__ = ("indexes",)
    INDEXES_FIELD_NUMBER: _ClassVar[int]
    indexes: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, indexes: _Optional[_Iterable[int]] = ...) -> None: ...

class ActorDescription(_message.Message):
    __slots__ = ("actor_id", "class_name", "methods")
    class Method(_message.Message):
        __slots__ = ("name", "num_returns", "is_streaming")
        NAME_FIELD_NUMBER: _ClassVar[int]
        NUM_RETURNS_FIELD_NUMBER: _ClassVar[int]
        IS_STREAMING_FIELD_NUMBER: _ClassVar[int]
        name: str
        num_returns: int
        is_streaming: bool
        def __init__(self, name: _Optional[str] = ..., num_returns: _Optional[int] = ..., is_streaming: bool = ...) -> None: ...
    ACTOR_ID_FIELD_NUMBER: _ClassVar[int]
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    actor_id: int
    class_name: str
    methods: _containers.RepeatedCompositeFieldContainer[ActorDescription.Method]
    def __init__(self, actor_id: _Optional[int] = ..., class_name: _Optional[str] = ..., methods: _Optional[_Iterable[_Union[ActorDescription.Method, _Mapping]]] = ...) -> None: ...

class Identity(_message.Message):
    __slots__ = ("binary", "task_id", "job_id")
    BINARY_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    binary: bytes
    task_id: bytes
    job_id: bytes
    def __init__(self, binary: _Optional[bytes] = ..., task_id: _Optional[bytes] = ..., job_id: _Optional[bytes] = ...) -> None: ...

class Done(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Output(_message.Message):
    __slots__ = ("text", "is_stderr", "dropped")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    IS_STDERR_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    text: str
    is_stderr: bool
    dropped: int
    def __init__(self, text: _Optional[str] = ..., is_stderr: bool = ..., dropped: _Optional[int] = ...) -> None: ...

class Reply(_message.Message):
    __slots__ = ("request_id", "index", "value", "failure", "ready", "actor", "identity", "done", "output")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    READY_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    request_id: int
    index: int
    value: _payload_pb2.Payload
    failure: _error_pb2.Failure
    ready: ReadyObjects
    actor: ActorDescription
    identity: Identity
    done: Done
    output: Output
    def __init__(self, request_id: _Optional[int] = ..., index: _Optional[int] = ..., value: _Optional[_Union[_payload_pb2.Payload, _Mapping]] = ..., failure: _Optional[_Union[_error_pb2.Failure, _Mapping]] = ..., ready: _Optional[_Union[ReadyObjects, _Mapping]] = ..., actor: _Optional[_Union[ActorDescription, _Mapping]] = ..., identity: _Optional[_Union[Identity, _Mapping]] = ..., done: _Optional[_Union[Done, _Mapping]] = ..., output: _Optional[_Union[Output, _Mapping]] = ...) -> None: ...

class Replies(_message.Message):
    __slots__ = ("replies",)
    REPLIES_FIELD_NUMBER: _ClassVar[int]
    replies: _containers.RepeatedCompositeFieldContainer[Reply]
    def __init__(self, replies: _Optional[_Iterable[_Union[Reply, _Mapping]]] = ...) -> None: ...
