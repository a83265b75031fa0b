"""Requests that wait for their replies."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any

from ray_client.session.blocking import InterruptibleFuture
from ray_client.tracebacks import fresh
from ray_client_proto.v1 import operation_pb2 as op

#: Takes one reply of a request.
OnReply = Callable[[op.Reply], None]


class PendingReplies:
    """Which request waits for which replies.

    Invariant: every future handed out resolves, by a reply or by `fail_all`. Safe from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._futures: dict[tuple[int, int], Future[op.Reply]] = {}
        self._new_request_id = itertools.count(1).__next__
        self._broken: Exception | None = None

    def expect(self, count: int = 1) -> tuple[int, list[Future[op.Reply]]]:
        """Give a new request id, and a future for each of its `count` replies.

        Raises:
            Exception: the error given to `fail_all`; nothing is expected then.
        """
        request_id = self._new_request_id()
        futures: list[Future[op.Reply]] = [InterruptibleFuture() for _ in range(count)]
        with self._lock:
            if self._broken is not None:
                raise fresh(self._broken)
            self._futures.update(((request_id, index), future) for index, future in enumerate(futures))
        return request_id, futures

    def resolve(self, reply: op.Reply) -> bool:
        """Hand a reply to whoever waits for it; False if nobody does any more."""
        with self._lock:
            future = self._futures.pop((reply.request_id, reply.index), None)
        if future is None:
            return False
        future.set_result(reply)
        return True

    def forget(self, request_id: int, count: int) -> bool:
        """Stop waiting for a request's replies; tell whether any was still to come."""
        with self._lock:
            left = [self._futures.pop((request_id, index), None) for index in range(count)]
        return any(future is not None for future in left)

    def fail_all(self, error: Exception) -> None:
        """Fail everything that waits, and whatever is expected from now on."""
        with self._lock:
            self._broken = error
            waiting, self._futures = self._futures, {}
        for future in waiting.values():
            future.set_exception(fresh(error))


def settle(replies: list[Future[op.Reply]]) -> Future[Any]:
    """Give a future that is done when all replies are there, or one says that something failed, as in Ray."""
    if len(replies) == 1:
        return replies[0]
    settled: Future[Any] = InterruptibleFuture()
    arrivals = itertools.count(1)

    def arrive(reply: Future[op.Reply]) -> None:
        if next(arrivals) == len(replies) or is_failed(reply):
            with suppress(InvalidStateError):
                settled.set_result(None)

    for reply in replies:
        reply.add_done_callback(arrive)
    return settled


def is_failed(reply: Future[op.Reply]) -> bool:
    """Tell whether a reply is there and says that something failed, or will never come."""
    return reply.done() and (reply.exception() is not None or reply.result().HasField("failure"))
