"""Which gRPC status goes with which failure, in one total table (docs/protocol.md, rule M4).

Names rather than `grpc.StatusCode`, since this package does without grpc.
"""

from __future__ import annotations

from typing import Final

from ray_client_proto.v1.error_pb2 import Failure

STATUS_BY_CODE: Final[dict[int, str]] = {
    Failure.CODE_UNSPECIFIED: "UNKNOWN",
    Failure.TASK_ERROR: "UNKNOWN",
    Failure.RAY_ERROR: "UNKNOWN",
    Failure.INVALID_ARGUMENT: "INVALID_ARGUMENT",
    Failure.UNKNOWN_OBJECT: "NOT_FOUND",
    Failure.UNPICKLE_FAILED: "INVALID_ARGUMENT",
    Failure.PICKLE_FAILED: "FAILED_PRECONDITION",
    Failure.UNAUTHENTICATED: "UNAUTHENTICATED",
    Failure.INCOMPATIBLE_VERSION: "FAILED_PRECONDITION",
    Failure.UNKNOWN_SESSION: "NOT_FOUND",
    Failure.SESSION_ENDED: "NOT_FOUND",
    Failure.SESSION_TAKEN_OVER: "ABORTED",
    Failure.LIMIT_EXCEEDED: "RESOURCE_EXHAUSTED",
    Failure.DRAINING: "FAILED_PRECONDITION",
    Failure.DRIVER_FAILED: "ABORTED",
    Failure.RUNTIME_ENV_FAILED: "FAILED_PRECONDITION",
    Failure.CLUSTER_UNREACHABLE: "FAILED_PRECONDITION",
    Failure.PROTOCOL_VIOLATION: "INVALID_ARGUMENT",
    Failure.INTERNAL: "INTERNAL",
    Failure.END_OF_STREAM: "OUT_OF_RANGE",
}
