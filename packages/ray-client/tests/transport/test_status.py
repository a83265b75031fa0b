from __future__ import annotations

import grpc
import pytest

from ray_client import errors, exceptions
from ray_client.transport.channel import call_metadata
from ray_client.transport.status import BY_CODE, BY_STATUS, Context, error_from_failure, failure_of, rpc_errors
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import metadata


class FailedCall(grpc.RpcError):
    def __init__(self, status: grpc.StatusCode, trailing: bytes | None = None) -> None:
        super().__init__(status)
        self._status, self._trailing = status, trailing

    def code(self) -> grpc.StatusCode:
        return self._status

    def details(self) -> str:
        return "what gRPC says"

    def trailing_metadata(self) -> tuple[tuple[str, bytes], ...] | None:  # type: ignore[override]
        return None if self._trailing is None else (("other", b"x"), (metadata.FAILURE, self._trailing))


def test_every_status_has_an_error() -> None:
    assert set(BY_STATUS) == set(grpc.StatusCode)


def test_every_code_has_an_error() -> None:
    assert set(BY_CODE) == set(Failure.Code.values())


@pytest.mark.parametrize("status", BY_STATUS, ids=lambda status: status.name)
def test_a_status_alone_becomes_a_typed_error_with_its_cause(status: grpc.StatusCode) -> None:
    failed = FailedCall(status)
    with pytest.raises(errors.RayClientError) as raised, rpc_errors("testing", address="ray://h:1", timeout_s=3.0):
        raise failed
    assert raised.value.__cause__ is failed


@pytest.mark.parametrize("code", Failure.Code.values(), ids=Failure.Code.Name)
def test_a_failure_becomes_a_typed_error(code: Failure.Code) -> None:
    failure = Failure(code=code, message="why it failed", type_name="ray.exceptions.RayError")
    failed = FailedCall(grpc.StatusCode.UNKNOWN, failure.SerializeToString())
    with pytest.raises((errors.RayClientError, exceptions.RayError)) as raised, rpc_errors("testing", session_id="s-1"):
        raise failed
    assert raised.value.__cause__ is failed


@pytest.mark.parametrize(
    ("failure", "session_id", "expected"),
    [
        (Failure(code=Failure.UNKNOWN_SESSION), "s-1", errors.SessionLostError),
        (Failure(code=Failure.SESSION_ENDED, details={"reason": "lease expired"}), "s-1", errors.SessionLostError),
        (Failure(code=Failure.DRIVER_FAILED), "", errors.SessionOpenError),
        (Failure(code=Failure.DRIVER_FAILED), "s-1", errors.SessionLostError),
        (Failure(code=Failure.LIMIT_EXCEEDED, details={"limit": "sessions"}), "", errors.ServerBusyError),
        (Failure(code=Failure.LIMIT_EXCEEDED, details={"limit": "chunk"}), "", errors.LimitExceededError),
        (Failure(code=Failure.UNAUTHENTICATED), "", errors.AuthenticationError),
        (Failure(code=Failure.DRAINING), "", errors.ServerDrainingError),
        (Failure(code=Failure.INCOMPATIBLE_VERSION), "", errors.IncompatibleVersionError),
        (Failure(code=Failure.RAY_ERROR, type_name="builtins.ValueError"), "", ValueError),
        (Failure(code=999), "", errors.ServerFaultError),  # type: ignore[arg-type]  # of a newer server
    ],
)
def test_which_error_it_is(failure: Failure, session_id: str, expected: type[Exception]) -> None:
    assert type(error_from_failure(failure, Context("testing", session_id=session_id))) is expected


def test_the_failure_s_details_are_the_error_s_fields() -> None:
    details = {"limit": "sessions", "value": "50", "flag": "--limit-sessions"}
    busy = error_from_failure(Failure(code=Failure.LIMIT_EXCEEDED, details=details), Context("opening"))
    assert isinstance(busy, errors.ServerBusyError)
    assert (busy.limit, busy.value, busy.flag) == ("sessions", "50", "--limit-sessions")
    ended = error_from_failure(Failure(code=Failure.SESSION_ENDED, details={"reason": "lease expired"}), Context("x"))
    assert "lease expired" in str(ended)


def test_trailing_metadata_that_makes_no_sense_is_no_failure() -> None:
    assert failure_of(FailedCall(grpc.StatusCode.UNKNOWN, b"\xff\xff")) is None
    assert failure_of(FailedCall(grpc.StatusCode.UNKNOWN)) is None
    assert failure_of(grpc.RpcError()) is None


def test_m1_m2_metadata_of_calls() -> None:
    assert call_metadata(None) == ()
    assert call_metadata("t", "s", b"\x00") == (
        ("authorization", "Bearer t"),
        ("ray-client-session", "s"),
        ("ray-client-secret-bin", b"\x00"),
    )


@pytest.mark.parametrize("code", [Failure.INVALID_ARGUMENT, Failure.LIMIT_EXCEEDED, Failure.SESSION_ENDED, 9999])
def test_control_characters_of_a_server_do_not_act_here(code: Failure.Code) -> None:
    odd = "\x1b]0;title\x07\r"
    details = {"limit": odd, "reason": odd} | {f"{key}": odd for key in range(20)}  # so many that none is passed over
    failure = Failure(code=code, message=odd, details=details)
    assert not {"\x1b", "\x07", "\r"} & set(str(error_from_failure(failure, Context("doing", session_id="s"))))
    assert set(failure.details.values()) == {r"\x1b]0;title\x07\r"}


@pytest.mark.parametrize("code", [Failure.TASK_ERROR, Failure.RAY_ERROR])
def test_what_the_users_own_code_says_goes_as_it_is(code: Failure.Code) -> None:
    assert "\x1b[31m" in str(error_from_failure(Failure(code=code, message="\x1b[31mred"), Context("doing")))
