"""Waiting until objects are ready, wherever what says so comes from."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from typing import Any

from ray_client.session import calls
from ray_client.session.blocking import InterruptibleFuture
from ray_client.session.session import Session
from ray_client.session.timeouts import WORD_S, await_word
from ray_client_proto.v1 import operation_pb2 as op

#: What is waited for: an object's or a generator's id, or, where an answer is awaited already, that.
Waited = int | Future[op.Reply]


def wait(
    session: Session, waited: Sequence[Waited], num_returns: int, timeout_s: float | None, fetch_local: bool
) -> list[int]:
    """Wait until `num_returns` are ready; give the places of those that are, ascending.

    Raises:
        Exception: Ray's; or the session has ended.
    """
    asked = {place: what for place, what in enumerate(waited) if isinstance(what, int)}
    here = {place: what for place, what in enumerate(waited) if isinstance(what, Future)}
    end_s = None if timeout_s is None else time.monotonic() + timeout_s
    ready: set[int] = set()
    while True:
        ready |= {place for place, reply in here.items() if reply.done()}
        missing = num_returns - len(ready)
        if missing <= 0:
            return sorted(ready)[:num_returns]
        left = {place: what for place, what in asked.items() if place not in ready}
        left_s = None if end_s is None else max(end_s - time.monotonic(), 0.0)
        coming = [reply for reply in here.values() if not reply.done()]
        found = _ask(session, list(left.values()), min(missing, len(left)), left_s, fetch_local, coming)
        ready |= {list(left)[index] for index in found}
        is_over = end_s is not None and time.monotonic() >= end_s
        if not coming or is_over:
            ready |= {place for place, reply in here.items() if reply.done()}
            return sorted(ready)[:num_returns]


def _ask(
    session: Session,
    ids: list[int],
    num_returns: int,
    timeout_s: float | None,
    fetch_local: bool,
    coming: list[Future[op.Reply]],
) -> list[int]:
    """Wait until so many of the objects are ready, or any of the answers has come; give the places of those objects.

    Raises:
        Exception: Ray's; or the session has ended.
    """
    first: Future[Any] = InterruptibleFuture()

    def arrive(reply: Future[op.Reply]) -> None:
        with suppress(InvalidStateError):
            first.set_result(reply)

    for reply in coming:
        reply.add_done_callback(arrive)
    if not ids:
        with suppress(FutureTimeoutError):
            first.result(timeout_s)
        return []
    request_id, word = calls.begin_wait(session, ids, num_returns, timeout_s, fetch_local)
    try:
        word.add_done_callback(arrive)
        await_word(session, first, timeout_s, WORD_S)
    except FutureTimeoutError:
        return []
    finally:
        session.forget(request_id, 1)
    return calls.ready_places(session, word) if word.done() else []
