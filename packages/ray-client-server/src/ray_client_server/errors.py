"""What the server refuses, and why.

ServerError                 says a code of `ray_client.v1.Failure`
├── UnauthenticatedError    no token, or another one
├── IncompatibleClientError the protocol ranges do not meet
├── UnknownSessionError     no such session, or another secret
├── SessionEndedError       it was there; `details["reason"]` says what ended it
├── DriverFailedError       the driver did not start, or died
├── RuntimeEnvError         the session's environment could not be set up
├── ClusterUnreachableError no Ray cluster answers
├── LimitExceededError      `details` has `limit`, `value` and `flag`
├── DiskFullError           the gateway's disk has no room
├── DrainingError           the gateway is shutting down
├── InvalidRequestError     the request makes no sense
├── BrokenRuleError         the peer broke a rule of docs/protocol.md
└── DriverRefusedError      the driver refused, and said so itself
StartError                  the gateway itself could not start; the text is for the operator
"""

from __future__ import annotations

from typing import ClassVar

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_server.config import Limits


class ServerError(Exception):
    """A refusal that reaches the client as a `Failure`."""

    code: ClassVar[Failure.Code] = Failure.INTERNAL

    def __init__(self, message: str, details: dict[str, str] | None = None) -> None:
        super().__init__(message, details)
        self.message = message
        self.details = dict(details or {})

    def __str__(self) -> str:
        return self.message

    def failure(self) -> Failure:
        """Give what goes over the wire."""
        return Failure(code=self.code, message=self.message, details=self.details, type_name=type(self).__name__)


class UnauthenticatedError(ServerError):
    """The call carried no token, or another one."""

    code = Failure.UNAUTHENTICATED


class IncompatibleClientError(ServerError):
    """The two sides share no protocol version."""

    code = Failure.INCOMPATIBLE_VERSION


class UnknownSessionError(ServerError):
    """There is no such session, or its secret is another one; the two look the same."""

    code = Failure.UNKNOWN_SESSION

    def __init__(self) -> None:
        super().__init__(
            "this gateway knows no session with this id and secret (rule M2); it may have been restarted since: "
            "open a new session"
        )


class SessionEndedError(ServerError):
    """The session has ended."""

    code = Failure.SESSION_ENDED

    def __init__(self, session_id: str, reason: str) -> None:
        super().__init__(
            f"session {session_id} has ended: {reason}; open a new session",
            {"session_id": session_id, "reason": reason},
        )


class DriverFailedError(ServerError):
    """The session's driver could not be started, or has died."""

    code = Failure.DRIVER_FAILED


class RuntimeEnvError(ServerError):
    """The session's runtime environment could not be set up."""

    code = Failure.RUNTIME_ENV_FAILED


class ClusterUnreachableError(ServerError):
    """The Ray cluster does not answer."""

    code = Failure.CLUSTER_UNREACHABLE


class LimitExceededError(ServerError):
    """A limit of this server."""

    code = Failure.LIMIT_EXCEEDED

    def __init__(self, limit: str, value: float, what: str) -> None:
        flag = Limits.flag(limit)
        super().__init__(
            f"{what}: the limit {limit} is {value:g}; the operator can raise it with {flag}",
            {"limit": limit, "value": f"{value:g}", "flag": flag},
        )


class DiskFullError(ServerError):
    """The gateway's disk has no room for what was sent."""

    code = Failure.LIMIT_EXCEEDED


class DrainingError(ServerError):
    """The gateway is shutting down."""

    code = Failure.DRAINING

    def __init__(self) -> None:
        super().__init__("the gateway is shutting down and opens no sessions; try again later, or another gateway")


class InvalidRequestError(ServerError):
    """The request makes no sense; the text says what to change."""

    code = Failure.INVALID_ARGUMENT


class BrokenRuleError(ServerError):
    """The peer broke a rule of the protocol; the text cites its number."""

    code = Failure.PROTOCOL_VIOLATION


class DriverRefusedError(ServerError):
    """The session's driver refused what was asked of it; its own `Failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self._failure = failure

    def failure(self) -> Failure:
        """Give what the driver said."""
        return self._failure


class StartError(Exception):
    """The gateway could not start; nothing of it is left running."""


#: For what a driver reports in a `failed` event.
BY_CODE_NAME: dict[str, type[ServerError]] = {
    "RUNTIME_ENV_FAILED": RuntimeEnvError,
    "CLUSTER_UNREACHABLE": ClusterUnreachableError,
    "DRIVER_FAILED": DriverFailedError,
}
