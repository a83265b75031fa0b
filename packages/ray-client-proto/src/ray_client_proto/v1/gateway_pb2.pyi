from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ProtocolRange(_message.Message):
    __slots__ = ("oldest", "newest")
    OLDEST_FIELD_NUMBER: _ClassVar[int]
    NEWEST_FIELD_NUMBER: _ClassVar[int]
    oldest: int
    newest: int
    def __init__(self, oldest: _Optional[int] = ..., newest: _Optional[int] = ...) -> None: ...

class ClientInfo(_message.Message):
    __slots__ = ("version", "protocol", "capabilities", "python_version", "cloudpickle_version", "hostname", "pid", "user")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    PYTHON_VERSION_FIELD_NUMBER: _ClassVar[int]
    CLOUDPICKLE_VERSION_FIELD_NUMBER: _ClassVar[int]
    HOSTNAME_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    version: str
    protocol: ProtocolRange
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    python_version: str
    cloudpickle_version: str
    hostname: str
    pid: int
    user: str
    def __init__(self, version: _Optional[str] = ..., protocol: _Optional[_Union[ProtocolRange, _Mapping]] = ..., capabilities: _Optional[_Iterable[str]] = ..., python_version: _Optional[str] = ..., cloudpickle_version: _Optional[str] = ..., hostname: _Optional[str] = ..., pid: _Optional[int] = ..., user: _Optional[str] = ...) -> None: ...

class ServerInfoRequest(_message.Message):
    __slots__ = ("client",)
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    client: ClientInfo
    def __init__(self, client: _Optional[_Union[ClientInfo, _Mapping]] = ...) -> None: ...

class ServerInfo(_message.Message):
    __slots__ = ("version", "protocol", "capabilities", "python_version", "cloudpickle_version", "ray_version", "cluster_address", "sessions", "max_sessions", "is_draining", "packages")
    class PackagesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    PYTHON_VERSION_FIELD_NUMBER: _ClassVar[int]
    CLOUDPICKLE_VERSION_FIELD_NUMBER: _ClassVar[int]
    RAY_VERSION_FIELD_NUMBER: _ClassVar[int]
    CLUSTER_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    MAX_SESSIONS_FIELD_NUMBER: _ClassVar[int]
    IS_DRAINING_FIELD_NUMBER: _ClassVar[int]
    PACKAGES_FIELD_NUMBER: _ClassVar[int]
    version: str
    protocol: ProtocolRange
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    python_version: str
    cloudpickle_version: str
    ray_version: str
    cluster_address: str
    sessions: int
    max_sessions: int
    is_draining: bool
    packages: _containers.ScalarMap[str, str]
    def __init__(self, version: _Optional[str] = ..., protocol: _Optional[_Union[ProtocolRange, _Mapping]] = ..., capabilities: _Optional[_Iterable[str]] = ..., python_version: _Optional[str] = ..., cloudpickle_version: _Optional[str] = ..., ray_version: _Optional[str] = ..., cluster_address: _Optional[str] = ..., sessions: _Optional[int] = ..., max_sessions: _Optional[int] = ..., is_draining: bool = ..., packages: _Optional[_Mapping[str, str]] = ...) -> None: ...

class OpenSessionRequest(_message.Message):
    __slots__ = ("client", "namespace", "runtime_env_json", "job_metadata", "lease_s", "log_to_driver", "logging_level", "job_config_json")
    class JobMetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_ENV_JSON_FIELD_NUMBER: _ClassVar[int]
    JOB_METADATA_FIELD_NUMBER: _ClassVar[int]
    LEASE_S_FIELD_NUMBER: _ClassVar[int]
    LOG_TO_DRIVER_FIELD_NUMBER: _ClassVar[int]
    LOGGING_LEVEL_FIELD_NUMBER: _ClassVar[int]
    JOB_CONFIG_JSON_FIELD_NUMBER: _ClassVar[int]
    client: ClientInfo
    namespace: str
    runtime_env_json: str
    job_metadata: _containers.ScalarMap[str, str]
    lease_s: float
    log_to_driver: bool
    logging_level: int
    job_config_json: str
    def __init__(self, client: _Optional[_Union[ClientInfo, _Mapping]] = ..., namespace: _Optional[str] = ..., runtime_env_json: _Optional[str] = ..., job_metadata: _Optional[_Mapping[str, str]] = ..., lease_s: _Optional[float] = ..., log_to_driver: bool = ..., logging_level: _Optional[int] = ..., job_config_json: _Optional[str] = ...) -> None: ...

class SessionLimits(_message.Message):
    __slots__ = ("message_bytes", "chunk_bytes", "inline_bytes", "replay_bytes")
    MESSAGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    CHUNK_BYTES_FIELD_NUMBER: _ClassVar[int]
    INLINE_BYTES_FIELD_NUMBER: _ClassVar[int]
    REPLAY_BYTES_FIELD_NUMBER: _ClassVar[int]
    message_bytes: int
    chunk_bytes: int
    inline_bytes: int
    replay_bytes: int
    def __init__(self, message_bytes: _Optional[int] = ..., chunk_bytes: _Optional[int] = ..., inline_bytes: _Optional[int] = ..., replay_bytes: _Optional[int] = ...) -> None: ...

class SessionOpened(_message.Message):
    __slots__ = ("session_id", "secret", "protocol", "capabilities", "lease_s", "limits", "server", "job_id", "namespace", "node_id", "dashboard_url", "direct_target")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    LEASE_S_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    SERVER_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    DASHBOARD_URL_FIELD_NUMBER: _ClassVar[int]
    DIRECT_TARGET_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    secret: bytes
    protocol: int
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    lease_s: float
    limits: SessionLimits
    server: ServerInfo
    job_id: str
    namespace: str
    node_id: str
    dashboard_url: str
    direct_target: str
    def __init__(self, session_id: _Optional[str] = ..., secret: _Optional[bytes] = ..., protocol: _Optional[int] = ..., capabilities: _Optional[_Iterable[str]] = ..., lease_s: _Optional[float] = ..., limits: _Optional[_Union[SessionLimits, _Mapping]] = ..., server: _Optional[_Union[ServerInfo, _Mapping]] = ..., job_id: _Optional[str] = ..., namespace: _Optional[str] = ..., node_id: _Optional[str] = ..., dashboard_url: _Optional[str] = ..., direct_target: _Optional[str] = ...) -> None: ...

class OpenSessionProgress(_message.Message):
    __slots__ = ("stage", "message", "opened")
    class Stage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STAGE_UNSPECIFIED: _ClassVar[OpenSessionProgress.Stage]
        QUEUED: _ClassVar[OpenSessionProgress.Stage]
        BUILDING_ENVIRONMENT: _ClassVar[OpenSessionProgress.Stage]
        STARTING_DRIVER: _ClassVar[OpenSessionProgress.Stage]
        READY: _ClassVar[OpenSessionProgress.Stage]
    STAGE_UNSPECIFIED: OpenSessionProgress.Stage
    QUEUED: OpenSessionProgress.Stage
    BUILDING_ENVIRONMENT: OpenSessionProgress.Stage
    STARTING_DRIVER: OpenSessionProgress.Stage
    READY: OpenSessionProgress.Stage
    STAGE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    OPENED_FIELD_NUMBER: _ClassVar[int]
    stage: OpenSessionProgress.Stage
    message: str
    opened: SessionOpened
    def __init__(self, stage: _Optional[_Union[OpenSessionProgress.Stage, str]] = ..., message: _Optional[str] = ..., opened: _Optional[_Union[SessionOpened, _Mapping]] = ...) -> None: ...

class CloseSessionRequest(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class CloseSessionResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListSessionsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SessionSummary(_message.Message):
    __slots__ = ("session_id", "stage", "job_id", "namespace", "client", "age_s", "is_attached", "driver_pid")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    AGE_S_FIELD_NUMBER: _ClassVar[int]
    IS_ATTACHED_FIELD_NUMBER: _ClassVar[int]
    DRIVER_PID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    stage: OpenSessionProgress.Stage
    job_id: str
    namespace: str
    client: ClientInfo
    age_s: float
    is_attached: bool
    driver_pid: int
    def __init__(self, session_id: _Optional[str] = ..., stage: _Optional[_Union[OpenSessionProgress.Stage, str]] = ..., job_id: _Optional[str] = ..., namespace: _Optional[str] = ..., client: _Optional[_Union[ClientInfo, _Mapping]] = ..., age_s: _Optional[float] = ..., is_attached: bool = ..., driver_pid: _Optional[int] = ...) -> None: ...

class ListSessionsResponse(_message.Message):
    __slots__ = ("sessions", "server")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    SERVER_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[SessionSummary]
    server: ServerInfo
    def __init__(self, sessions: _Optional[_Iterable[_Union[SessionSummary, _Mapping]]] = ..., server: _Optional[_Union[ServerInfo, _Mapping]] = ...) -> None: ...

class PackageChunk(_message.Message):
    __slots__ = ("sha256", "offset_bytes", "total_bytes", "data")
    SHA256_FIELD_NUMBER: _ClassVar[int]
    OFFSET_BYTES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    sha256: str
    offset_bytes: int
    total_bytes: int
    data: bytes
    def __init__(self, sha256: _Optional[str] = ..., offset_bytes: _Optional[int] = ..., total_bytes: _Optional[int] = ..., data: _Optional[bytes] = ...) -> None: ...

class CheckEnvironmentRequest(_message.Message):
    __slots__ = ("runtime_env_json",)
    RUNTIME_ENV_JSON_FIELD_NUMBER: _ClassVar[int]
    runtime_env_json: str
    def __init__(self, runtime_env_json: _Optional[str] = ...) -> None: ...

class CheckEnvironmentResponse(_message.Message):
    __slots__ = ("type_name", "message")
    TYPE_NAME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    type_name: str
    message: str
    def __init__(self, type_name: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class PackageStatusRequest(_message.Message):
    __slots__ = ("sha256",)
    SHA256_FIELD_NUMBER: _ClassVar[int]
    sha256: str
    def __init__(self, sha256: _Optional[str] = ...) -> None: ...

class PackageStatus(_message.Message):
    __slots__ = ("sha256", "is_complete", "received_bytes")
    SHA256_FIELD_NUMBER: _ClassVar[int]
    IS_COMPLETE_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_BYTES_FIELD_NUMBER: _ClassVar[int]
    sha256: str
    is_complete: bool
    received_bytes: int
    def __init__(self, sha256: _Optional[str] = ..., is_complete: bool = ..., received_bytes: _Optional[int] = ...) -> None: ...
