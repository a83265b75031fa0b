"""Exceptions as data."""

from __future__ import annotations

from typing import Any

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_server.driver.errors import OperationError
from ray_client_server.driver.failures import at_call_site, describe


class MuteError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


class ClosedError(Exception):
    def __reduce__(self) -> Any:
        raise TypeError("cannot pickle this")


class CodeError(Exception):
    """Makes its text itself."""

    def __init__(self, code: int, *, why: str) -> None:
        super().__init__(f"code {code}: {why}")
        self.code = code


class LeavingError(SystemExit):
    """Has what only its initializer sets."""

    def __init__(self, code: int) -> None:
        super().__init__(code)


class PairError(Exception):
    """Is pickled in a way of its own."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one}/{two}")
        self.one, self.two = one, two

    def __reduce__(self) -> Any:
        return PairError, (self.one, self.two)


def test_v6_an_exception_goes_as_it_is_whatever_its_initializer_takes(holdings: Any, driving: Any) -> None:
    sent = CodeError(3, why="no")
    for _ in range(2):
        sent = driving.value_of(holdings.codec.encode(sent))
    assert (str(sent), sent.code, sent.args) == ("code 3: no", 3, ("code 3: no",))
    assert driving.value_of(holdings.codec.encode(LeavingError(4))).code == 4
    assert driving.value_of(holdings.codec.encode(PairError(1, 2))).two == 2


def test_our_own_failures_go_as_they_are(holdings: Any) -> None:
    failure = Failure(code=Failure.INVALID_ARGUMENT, message="no")
    assert describe(OperationError(failure), holdings.codec) is failure


def test_other_errors_are_named(holdings: Any) -> None:
    try:
        {}["x"]  # type: ignore[index]
    except KeyError as error:
        failure = describe(error, holdings.codec)
    assert (failure.code, failure.type_name, failure.message) == (Failure.RAY_ERROR, "builtins.KeyError", "'x'")
    assert "Traceback" in failure.traceback


def test_an_error_without_a_text_still_goes(holdings: Any) -> None:
    assert "cannot be made: RuntimeError" in describe(MuteError(), holdings.codec).message


def test_fields_of_rays_errors_go_as_text(holdings: Any, driving: Any) -> None:
    error = driving.FakeRayError("gone")
    error.actor_id, error.preempted, error.error_msg = b"\x01\xff", True, "it died"
    details = dict(describe(error, holdings.codec).details)
    assert details == {"actor_id": "01ff", "preempted": "True", "error_msg": "it died"}


def test_a_cause_that_cannot_be_pickled_is_left_out_and_said(holdings: Any, driving: Any) -> None:
    failure = describe(driving.FakeTaskError(ClosedError("text")), holdings.codec)
    assert not failure.HasField("cause") and failure.type_name.endswith(".ClosedError")
    assert failure.details["cause_message"] == "text"
    assert "cannot pickle this" in failure.details["cause_missing"]


def test_long_texts_lose_their_middle(holdings: Any) -> None:
    failure = describe(ValueError("a" * 300_000 + "end"), holdings.codec)
    assert len(failure.message) < 263_000 and failure.message.endswith("end")


def test_o1_the_call_site_is_in_the_text() -> None:
    failure = Failure(message="no")
    assert at_call_site(failure, "") is failure
    placed = at_call_site(failure, "a.py:1 in f")
    assert placed.message.splitlines() == ["no", "The call was made at a.py:1 in f"]
    assert failure.message == "no"
