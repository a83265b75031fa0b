"""gRPC's errors as ours: by the `Failure` that the server sent, or else by status. Nobody reads error texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import grpc
from google.protobuf.message import DecodeError

from ray_client import errors
from ray_client.rebuilding import rebuild
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import metadata
from ray_client_proto.wire.texts import escaped


@dataclass(frozen=True)
class Context:
    """What the failed call was about, for the error's text and fields."""

    doing: str  #: completes "failed while ..."
    address: str = ""
    session_id: str = ""  #: empty: the call is not about a session that is open
    has_token: bool = False
    timeout_s: float = 0.0


_ByStatus = Callable[[Context, str, str], Exception]
_ByCode = Callable[[Context, Failure], Exception]


def _fault(context: Context, status: str, details: str) -> Exception:
    return errors.ServerFaultError(context.doing, status, details)


def _wrong_service(context: Context, status: str, details: str) -> Exception:
    return errors.WrongPeerError(
        context.address, f"a gRPC server without our service ({details})", "give the gateway's port, 20001 by default"
    )


#: One entry for each status that a call can fail with.
BY_STATUS: Final[dict[grpc.StatusCode, _ByStatus]] = {
    grpc.StatusCode.OK: _fault,  # of a call that broke off all the same: seen once, on a machine that was too busy
    grpc.StatusCode.CANCELLED: lambda c, s, d: errors.ConnectError(f"cancelled while {c.doing}; try again"),
    grpc.StatusCode.UNKNOWN: _fault,
    grpc.StatusCode.INVALID_ARGUMENT: lambda c, s, d: errors.InvalidRequestError(f"{d} (while {c.doing})"),
    grpc.StatusCode.DEADLINE_EXCEEDED: lambda c, s, d: errors.ConnectTimeoutError(c.address, c.doing, c.timeout_s),
    grpc.StatusCode.NOT_FOUND: _fault,
    grpc.StatusCode.ALREADY_EXISTS: _fault,
    grpc.StatusCode.PERMISSION_DENIED: lambda c, s, d: errors.AuthenticationError(d, c.has_token),
    grpc.StatusCode.RESOURCE_EXHAUSTED: lambda c, s, d: errors.LimitExceededError(d, "message size", "see text", ""),
    grpc.StatusCode.FAILED_PRECONDITION: _fault,
    grpc.StatusCode.ABORTED: _fault,
    grpc.StatusCode.OUT_OF_RANGE: _fault,
    grpc.StatusCode.UNIMPLEMENTED: _wrong_service,
    grpc.StatusCode.INTERNAL: _fault,
    grpc.StatusCode.UNAVAILABLE: lambda c, s, d: errors.UnreachableError(c.address, d),
    grpc.StatusCode.DATA_LOSS: _fault,
    grpc.StatusCode.UNAUTHENTICATED: lambda c, s, d: errors.AuthenticationError(d, c.has_token),
}


def _remote(context: Context, failure: Failure) -> Exception:
    return rebuild(failure.type_name, failure.message, failure.details)


def _failed_there(context: Context, failure: Failure) -> Exception:
    return errors.ServerFaultError(context.doing, Failure.Code.Name(failure.code), failure.message)


def _not_unpickled(context: Context, failure: Failure) -> Exception:
    missing = failure.details.get("missing_module", "")
    return errors.UnpicklingError("a value", "cluster", failure.message, missing)


def _not_opened(context: Context, failure: Failure) -> Exception:
    if context.session_id:
        return errors.SessionLostError(context.session_id, failure.message)
    return errors.SessionOpenError(Failure.Code.Name(failure.code), failure.message)


def _unknown_session(context: Context, failure: Failure) -> Exception:
    reason = "the server does not know it, or no longer; it may have been restarted"
    return errors.SessionLostError(context.session_id or failure.details.get("session_id", "?"), reason)


def _ended(context: Context, failure: Failure) -> Exception:
    reason = failure.details.get("reason") or failure.message
    return errors.SessionLostError(context.session_id or failure.details.get("session_id", "?"), reason)


def _incompatible(context: Context, failure: Failure) -> Exception:
    keys = ("client_version", "client_protocol", "server_version", "server_protocol")
    return errors.IncompatibleVersionError(*(failure.details.get(key, "?") for key in keys))


def _limit(context: Context, failure: Failure) -> Exception:
    limit, value, flag = (failure.details.get(key, "") for key in ("limit", "value", "flag"))
    if limit == "sessions":
        return errors.ServerBusyError(limit, value, flag)
    return errors.LimitExceededError(failure.message, limit, value, flag)


#: One entry for each code of `Failure`.
BY_CODE: Final[dict[int, _ByCode]] = {
    Failure.CODE_UNSPECIFIED: _failed_there,
    Failure.TASK_ERROR: _remote,
    Failure.RAY_ERROR: _remote,
    Failure.INVALID_ARGUMENT: lambda c, f: errors.InvalidRequestError(f.message),
    Failure.UNKNOWN_OBJECT: lambda c, f: errors.UnknownObjectError(f.message),
    Failure.UNPICKLE_FAILED: _not_unpickled,
    Failure.PICKLE_FAILED: lambda c, f: errors.PicklingError("a value on the cluster", f.message),
    Failure.UNAUTHENTICATED: lambda c, f: errors.AuthenticationError(f.message, c.has_token),
    Failure.INCOMPATIBLE_VERSION: _incompatible,
    Failure.UNKNOWN_SESSION: _unknown_session,
    Failure.SESSION_ENDED: _ended,
    Failure.SESSION_TAKEN_OVER: lambda c, f: errors.SessionTakenOverError(c.session_id),
    Failure.LIMIT_EXCEEDED: _limit,
    Failure.DRAINING: lambda c, f: errors.ServerDrainingError(f.message),
    Failure.DRIVER_FAILED: _not_opened,
    Failure.RUNTIME_ENV_FAILED: _not_opened,
    Failure.CLUSTER_UNREACHABLE: _not_opened,
    Failure.PROTOCOL_VIOLATION: lambda c, f: errors.ProtocolViolationError(c.session_id, f.message),
    Failure.INTERNAL: _failed_there,
    Failure.END_OF_STREAM: lambda c, f: rebuild("ray.exceptions.ObjectRefStreamEndOfStreamError", f.message, f.details),
}


def failure_of(exc: grpc.RpcError) -> Failure | None:
    """Give the failure that the server sent with a failed call, or None where it sent none."""
    trailing = getattr(exc, "trailing_metadata", None)
    for key, value in (trailing() if trailing is not None else None) or ():
        if key == metadata.FAILURE:
            try:
                return Failure.FromString(value)
            except DecodeError:
                return None
    return None


def error_from_failure(failure: Failure, context: Context) -> Exception:
    """Give the typed error of a failure; a code of a newer server counts as a fault of the server."""
    if failure.code not in (Failure.TASK_ERROR, Failure.RAY_ERROR):  # those are the program's own, and go as they are
        failure.message = escaped(failure.message)
        for key in list(failure.details):  # a protobuf map may pass over a key when one is set while it is walked
            failure.details[key] = escaped(failure.details[key])
    return BY_CODE.get(failure.code, _unknown_code)(context, failure)


def _unknown_code(context: Context, failure: Failure) -> Exception:
    return errors.ServerFaultError(context.doing, f"code {failure.code}", failure.message)


def error_of(exc: grpc.RpcError, doing: str, **about: object) -> Exception:
    """Give the typed error for a failed call; `about` is as in `Context`."""
    context = Context(doing, **about)  # type: ignore[arg-type]
    failure = failure_of(exc)
    if failure is not None:
        return error_from_failure(failure, context)
    status = exc.code()
    return BY_STATUS[status](context, status.name, escaped(exc.details() or "no details"))


@contextmanager
def rpc_errors(doing: str, **about: object) -> Iterator[None]:
    """Translate gRPC failures raised in the block; `doing` completes "failed while ...".

    Raises:
        RayClientError: the call failed; the cause is gRPC's error.
    """
    try:
        yield
    except grpc.RpcError as exc:
        raise error_of(exc, doing, **about) from exc
