"""Waiting in a way that Ctrl-C ends.

Python runs signal handlers in the main thread, between two steps of its interpreter. A thread that sleeps on a lock
takes none: on Windows no Ctrl-C wakes it, and nowhere does `_thread.interrupt_main()`, which sets a flag and sends no
signal. So the main thread never sleeps longer than `LOOK_S` at a stretch, and looks. That is ten wake-ups a second
of some 10 us each; whoever is waited for still wakes it at once. Other threads sleep as long as it takes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Final, TypeVar

from ray_client.tracebacks import shorten

T = TypeVar("T")

LOOK_S: Final = 0.1


def stretch_s() -> float | None:
    """Give how long this thread may sleep at a stretch; None: as long as it takes."""
    return LOOK_S if threading.current_thread() is threading.main_thread() else None


def wait_until(attempt: Callable[[float | None], bool], timeout_s: float | None) -> bool:
    """Call `attempt(seconds)`, which waits for so long at most, until it is true; False if that takes too long."""
    longest_s = stretch_s() or threading.TIMEOUT_MAX
    end_s = None if timeout_s is None else time.monotonic() + timeout_s
    while True:
        left_s = longest_s if end_s is None else max(end_s - time.monotonic(), 0.0)
        if attempt(min(left_s, longest_s)):
            return True
        if end_s is not None and time.monotonic() >= end_s:
            return False


class InterruptibleFuture(Future[T]):
    """A future whose `result` and `exception` Ctrl-C ends, on every system.

    Once the result is there, all questions are answered without a lock: each small call asks half a dozen.
    """

    _arrived: tuple[T] | None = None

    def set_result(self, result: T) -> None:
        super().set_result(result)
        self._arrived = (result,)  # last: whoever is woken before asks as any future is asked

    def done(self) -> bool:
        return self._arrived is not None or super().done()

    def result(self, timeout: float | None = None) -> T:
        if self._arrived is not None:
            return self._arrived[0]
        try:
            self._await(timeout)
            return super().result(0)
        except BaseException as error:
            shorten(error)  # users have such futures too
            raise

    def exception(self, timeout: float | None = None) -> BaseException | None:
        if self._arrived is not None:
            return None
        self._await(timeout)
        return super().exception(0)

    def _await(self, timeout_s: float | None) -> None:
        if not self.done() and not wait_until(self._is_done_within, timeout_s):
            raise FutureTimeoutError

    def _is_done_within(self, seconds: float | None) -> bool:
        try:
            super().exception(seconds)
        except CancelledError:
            pass
        except FutureTimeoutError:
            return self.done()
        return True
