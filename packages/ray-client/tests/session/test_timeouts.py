"""How long is waited: for values, for the driver's word, and for neither."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ray_client.exceptions import GetTimeoutError
from ray_client.session import timeouts, waits
from ray_client.session.gets import Get
from ray_client.session.pending import PendingReplies
from ray_client.session.timeouts import ANSWER_S, get_seconds, seconds
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import Operation, ReadyObjects, Reply
from ray_client_proto.v1.payload_pb2 import Payload


class Session:
    """Answers what a test says it does."""

    def __init__(self, is_attached: bool = True) -> None:
        self.pending, self.is_attached = PendingReplies(), is_attached
        self.asked: dict[str, int] = {}
        self.sent: list[Operation] = []
        self.forgotten: set[int] = set()
        self.asks = threading.Semaphore(0)

    def request(self, operation: Operation, count: int = 1, is_urgent: bool = False) -> tuple[int, list[Future[Reply]]]:
        request_id, futures = self.pending.expect(count)
        self.asked[str(operation.WhichOneof("kind"))] = request_id
        self.sent.append(operation)
        self.asks.release()
        return request_id, futures

    def forget(self, request_id: int, count: int) -> None:
        self.pending.forget(request_id, count)
        self.forgotten.add(request_id)

    def abandon(self, request_id: int, replies: Sequence[Future[Reply]]) -> None:
        self.forget(request_id, len(replies))

    def take_values(self, request_id: int, replies: Sequence[Future[Reply]]) -> list[bytes]:
        return [reply.result().value.pickle for reply in replies]

    def exception_of(self, failure: Failure) -> BaseException:
        return ValueError(failure.message)

    # what the driver says

    def value(self, index: int) -> None:
        self.pending.resolve(Reply(request_id=self.asked["get"], index=index, value=Payload(pickle=b"%d" % index)))

    def failure(self, index: int) -> None:
        self.pending.resolve(Reply(request_id=self.asked["get"], index=index, failure=Failure(message="no")))

    def ready(self, *places: int) -> None:
        self.pending.resolve(Reply(request_id=self.asked["wait"], ready=ReadyObjects(indexes=places)))


@pytest.fixture
def session() -> Session:
    return Session()


def get(session: Any, count: int, timeout_s: float | None) -> Get:
    return Get(session, list(range(1, count + 1)), timeout_s, is_urgent=True)


@pytest.mark.parametrize("timeout", [0, -0.0, 1, True, 1.5, Fraction(1, 2), Decimal("0.5"), 1e15, None])
def test_a_timeout_is_any_number_or_none(timeout: Any) -> None:
    assert seconds(timeout) == timeout


@pytest.mark.parametrize(
    ("timeout", "error"),
    [("1", TypeError), (b"1", TypeError), ([], TypeError), (math.nan, ValueError), (math.inf, OverflowError)],
)
def test_a_timeout_that_makes_no_sense_is_refused_with_its_value(timeout: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"timeout.*None"):
        seconds(timeout)


@pytest.mark.parametrize(("timeout", "meant_s"), [(-1, None), (-1.0, None), (-0.5, 0.0), (-2, 0.0), (0, 0.0)])
def test_a_get_takes_minus_one_for_no_timeout(timeout: float, meant_s: float | None) -> None:
    assert get_seconds(timeout) == meant_s


def test_values_that_come_after_a_short_timeout_are_taken(session: Session) -> None:
    request = get(session, 2, 0.0)
    session.value(1)
    session.ready(0, 1)
    threading.Timer(0.05, session.value, (0,)).start()
    request.wait()
    assert request.take() == [b"0", b"1"]


def test_the_drivers_word_that_nothing_is_ready_ends_a_get(session: Session) -> None:
    request = get(session, 2, 0.0)
    session.ready()
    with pytest.raises(GetTimeoutError, match=r"2 object"):
        request.wait()
    assert session.forgotten == set(session.asked.values())


def test_a_failure_among_those_that_are_ready_counts_more(session: Session) -> None:
    request = get(session, 3, 0.0)
    session.ready(1)
    session.failure(1)
    request.wait()


def test_values_of_which_some_are_missing_end_a_get(session: Session) -> None:
    request = get(session, 3, 0.0)
    session.ready(1)
    session.value(1)
    with pytest.raises(GetTimeoutError):
        request.wait()


def test_a_long_timeout_asks_for_no_word(session: Session) -> None:
    get(session, 1, ANSWER_S)
    get(session, 1, None)
    assert [operation.WhichOneof("kind") for operation in session.sent] == ["get", "get"]


def test_without_a_connection_a_get_lasts_no_longer_than_its_timeout(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.is_attached = False
    monkeypatch.setattr(timeouts, "ANSWER_S", 1000.0)
    with pytest.raises(GetTimeoutError):
        get(session, 1, 0.01).wait()


def test_a_driver_that_says_nothing_costs_no_more_than_a_bound(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeouts, "ANSWER_S", 0.05)
    with pytest.raises(GetTimeoutError):
        get(session, 1, 0.0).wait()
    monkeypatch.setattr(waits, "WORD_S", 0.05)
    assert waits.wait(session, [1, 2], 1, 0.0, True) == []  # type: ignore[arg-type]


def test_the_end_of_the_session_ends_a_get(session: Session) -> None:
    request = get(session, 1, 0.0)
    session.pending.fail_all(ConnectionError("gone"))
    request.wait()
    with pytest.raises(ConnectionError, match="gone"):
        request.take()


def waiting(session: Any, waited: list[Any], num_returns: int, timeout_s: float | None = None) -> Future[list[int]]:
    """A wait in a thread of its own."""
    found: Future[list[int]] = Future()

    def run() -> None:
        try:
            found.set_result(waits.wait(session, waited, num_returns, timeout_s, True))
        except BaseException as error:  # noqa: BLE001 - the test asks for it
            found.set_exception(error)

    threading.Thread(target=run).start()
    return found


def test_a_wait_takes_the_drivers_word_and_forgets_it(session: Session) -> None:
    found = waiting(session, [11, 12, 13], 2)
    assert session.asks.acquire(timeout=10)
    session.ready(0, 2)
    assert found.result(10) == [0, 2]
    assert session.asked["wait"] in session.forgotten


def test_a_wait_that_fails_raises(session: Session) -> None:
    found = waiting(session, [11], 1)
    assert session.asks.acquire(timeout=10)
    session.pending.resolve(Reply(request_id=session.asked["wait"], failure=Failure(message="refused")))
    with pytest.raises(ValueError, match="refused"):
        found.result(10)


def test_an_answer_under_way_counts_in_a_wait(session: Session) -> None:
    answer: Future[Reply] = Future()
    found = waiting(session, [11, answer, 13], 2)
    assert session.asks.acquire(timeout=10)
    assert (list(session.sent[0].wait.object_ids), session.sent[0].wait.num_returns) == ([11, 13], 2)
    answer.set_result(Reply())
    assert session.asks.acquire(timeout=10), "it did not ask anew for one less"
    assert session.sent[1].wait.num_returns == 1
    session.ready(1)
    assert found.result(10) == [1, 2]


def test_an_answer_that_is_here_needs_no_question(session: Session) -> None:
    answer: Future[Reply] = Future()
    answer.set_result(Reply())
    assert waits.wait(session, [11, answer], 1, 0.0, True) == [1]  # type: ignore[arg-type]
    assert session.sent == []


def test_a_wait_for_answers_alone_keeps_its_time(session: Session) -> None:
    answer: Future[Reply] = Future()
    assert waits.wait(session, [answer], 1, 0.01, True) == []  # type: ignore[arg-type]
    found = waiting(session, [answer], 1)
    answer.set_result(Reply())
    assert found.result(10) == [0]


def test_what_raises_a_timeout_of_its_own_is_not_taken_for_ours(session: Session) -> None:
    word: Future[int] = Future()
    word.set_exception(FutureTimeoutError("the user's"))
    with pytest.raises(FutureTimeoutError, match="the user's"):
        timeouts.await_word(session, word, 0.0)


def test_a_wait_lasts_as_long_as_told(session: Session) -> None:
    started_s = time.monotonic()
    session.is_attached = False
    assert waits.wait(session, [11], 1, 0.05, True) == []  # type: ignore[arg-type]
    assert time.monotonic() - started_s >= 0.05
