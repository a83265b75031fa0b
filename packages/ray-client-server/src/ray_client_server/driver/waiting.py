"""What takes its time without holding up the session: waits, and what asks the cluster (rule D7)."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Final

from ray_client_proto.threads import Thread, watch

_THREADS: Final = 16
_ALONE_S: Final = 0.5  #: how long a wait may hold its thread while no other wants one
_SHARED_S: Final = 0.02  #: and while others do


class Waits:
    """Runs any number of waits on a few threads: each gets a slice of time, and then makes room for the next.

    So a wait that never ends holds up none that could.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[Callable[[float], bool] | None] = queue.SimpleQueue()
        self._idle = self._threads = 0

    def start(self, attempt: Callable[[float], bool]) -> None:
        """Have `attempt(seconds)` called, each time with the seconds that it may take, until it returns True."""
        with self._lock:
            if self._idle == 0 and self._threads < _THREADS:
                self._threads += 1
                Thread(f"waits-{self._threads}", self._run).start()
        self._queue.put(attempt)

    def _run(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            attempt = self._queue.get()
            with self._lock:
                self._idle -= 1
                is_alone = self._threads < _THREADS or self._queue.empty()
            if attempt is None:
                self._queue.put(None)  # for the next thread
                return
            if not attempt(_ALONE_S if is_alone else _SHARED_S):
                self._queue.put(attempt)
            del attempt  # it holds references, and the next one may be long in coming

    def close(self) -> None:
        """End the threads, each after its slice."""
        self._queue.put(None)


class Deadline:
    """The end of a wait; none if the seconds are negative."""

    def __init__(self, timeout_s: float) -> None:
        self._at = None if timeout_s < 0 else time.monotonic() + timeout_s

    def within(self, slice_s: float) -> float:
        """Give the seconds left, but at most `slice_s`."""
        return slice_s if self._at is None else min(slice_s, max(self._at - time.monotonic(), 0.0))

    @property
    def has_passed(self) -> bool:
        return self._at is not None and time.monotonic() >= self._at


class Loop:
    """An asyncio loop on a thread of its own, for what libraries offer as awaitables; it is there once it is used."""

    def __init__(self) -> None:
        # Calls of several threads may be the first to use it.
        self._lock = threading.Lock()
        self._started: tuple[asyncio.AbstractEventLoop, Thread] | None = None

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            loop.run_forever()
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0))
        finally:
            loop.close()

    def start(self, coroutine: Coroutine[Any, Any, None]) -> Future[None]:
        """Run a coroutine to its end, unless the future that this gives is cancelled."""
        with self._lock:
            if self._started is None:
                loop = asyncio.new_event_loop()
                self._started = loop, Thread("loop", self._run, loop)
                self._started[1].start()
            loop, _ = self._started
        return watch("loop", asyncio.run_coroutine_threadsafe(coroutine, loop))

    def close(self) -> None:
        """Stop the loop, and whatever still runs on it."""
        if self._started is not None:
            loop, thread = self._started
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
