"""Requests and their replies."""

from __future__ import annotations

import pytest

from ray_client.session.pending import PendingReplies, settle
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import Reply


def test_each_reply_reaches_its_own_future() -> None:
    pending = PendingReplies()
    request_id, futures = pending.expect(2)
    assert pending.resolve(Reply(request_id=request_id, index=1))
    assert futures[1].done() and not futures[0].done()


def test_a_second_reply_and_one_to_nobody_are_reported() -> None:
    pending = PendingReplies()
    request_id, _ = pending.expect()
    assert pending.resolve(Reply(request_id=request_id))
    assert not pending.resolve(Reply(request_id=request_id))
    assert not pending.resolve(Reply(request_id=99))


def test_forget_tells_whether_a_reply_was_still_to_come() -> None:
    pending = PendingReplies()
    request_id, _ = pending.expect(2)
    pending.resolve(Reply(request_id=request_id, index=0))
    assert pending.forget(request_id, 2)
    assert not pending.forget(request_id, 2)


def test_the_end_fails_what_waits_and_what_comes_after() -> None:
    pending = PendingReplies()
    _, (future,) = pending.expect()
    pending.fail_all(ConnectionError("gone"))
    with pytest.raises(ConnectionError, match="gone"):
        future.result(0)
    with pytest.raises(ConnectionError, match="gone"):
        pending.expect()


@pytest.mark.parametrize("count", [1, 3])
def test_replies_are_settled_when_all_are_there(count: int) -> None:
    pending = PendingReplies()
    request_id, futures = pending.expect(count)
    settled = settle(futures)
    for index in range(count):
        assert not settled.done()
        pending.resolve(Reply(request_id=request_id, index=index))
    assert settled.done()


def test_replies_are_settled_by_the_first_failure() -> None:
    pending = PendingReplies()
    request_id, futures = pending.expect(3)
    settled = settle(futures)
    for index in (1, 2):
        pending.resolve(Reply(request_id=request_id, index=index, failure=Failure(message="no")))
        assert settled.done()


def test_replies_are_settled_when_nothing_comes_any_more() -> None:
    pending = PendingReplies()
    _, futures = pending.expect(2)
    settled = settle(futures)
    pending.fail_all(ConnectionError("gone"))
    assert settled.done()
