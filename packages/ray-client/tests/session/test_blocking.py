"""Waits that Ctrl-C ends, whichever way it is raised."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

import pytest

from ray_client.session import blocking
from ray_client.session.blocking import InterruptibleFuture, stretch_s, wait_until


@pytest.mark.parametrize(
    "wait",
    [
        lambda: InterruptibleFuture[None]().result(),
        lambda: InterruptibleFuture[None]().exception(1000),
        lambda: wait_until(threading.Event().wait, None),
    ],
    ids=["result", "exception", "wait_until"],
)
def test_interrupt_main_ends_a_wait(wait: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    looks = threading.Semaphore(0)
    look = blocking.wait_until

    def watched(attempt: Callable[[float | None], bool], timeout_s: float | None) -> bool:
        def counted(seconds: float | None) -> bool:
            looks.release()
            return attempt(seconds)

        return look(counted, timeout_s)

    def interrupt() -> None:
        for _ in range(2):  # it waits, since it has looked around once before
            assert looks.acquire(timeout=10)
        _thread.interrupt_main()

    monkeypatch.setattr(blocking, "wait_until", watched)
    monkeypatch.setitem(globals(), "wait_until", watched)
    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        wait()
    thread.join()


def test_only_the_main_thread_looks_around() -> None:
    found: Future[float | None] = Future()
    threading.Thread(target=lambda: found.set_result(stretch_s())).start()
    assert (found.result(10), stretch_s()) == (None, blocking.LOOK_S)


def test_a_future_gives_what_it_is_given() -> None:
    future: InterruptibleFuture[int] = InterruptibleFuture()
    with pytest.raises(FutureTimeoutError):
        future.result(0.01)
    threading.Timer(0.05, future.set_result, (5,)).start()
    assert (future.result(1e10), future.exception()) == (5, None)
    failed: InterruptibleFuture[int] = InterruptibleFuture()
    failed.set_exception(FutureTimeoutError("its own"))
    with pytest.raises(FutureTimeoutError, match="its own"):
        failed.result()
    cancelled: InterruptibleFuture[int] = InterruptibleFuture()
    threading.Timer(0.05, cancelled.cancel).start()
    with pytest.raises(CancelledError):
        cancelled.result()
