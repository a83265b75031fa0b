"""What the calls of a pool give: results to wait for, and iterators."""

from __future__ import annotations

import concurrent.futures
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from multiprocessing import TimeoutError
from typing import Any

from ray_client.session.blocking import wait_until
from ray_client.tracebacks import shorten_all

#: For each call of a chunk whether it succeeded, and what it returned or raised.
_Outcomes = list[tuple[bool, Any]]


def _outcomes(chunk: Future[_Outcomes]) -> _Outcomes:
    """Give the outcomes of a chunk that is done; one that failed as a whole counts as one call."""
    error = chunk.exception()
    return chunk.result() if error is None else [(False, error)]


class AsyncResult:
    """The results of one or of many calls, to be waited for."""

    def __init__(
        self,
        chunks: Sequence[Future[_Outcomes]],
        callback: Callable[[Any], object] | None = None,
        error_callback: Callable[[BaseException], object] | None = None,
        is_single: bool = False,
    ) -> None:
        """Follow the chunks.

        Args:
            chunks: in the order of the results.
            callback: called once with all that was returned, if nothing was raised.
            error_callback: called once with what was raised first in time.
            is_single: there is one call, and its result is not in a list.
        """
        self._chunks = list(chunks)
        self._is_single = is_single
        self._callback, self._error_callback = callback, error_callback
        self._lock = threading.Lock()
        self._left = len(self._chunks)
        self._has_failed = False
        self._done = threading.Event()
        for chunk in self._chunks:
            chunk.add_done_callback(self._take)
        if not self._chunks:
            self._finish()

    def _take(self, chunk: Future[_Outcomes]) -> None:
        failures = [value for is_fine, value in _outcomes(chunk) if not is_fine]
        with self._lock:
            is_first_failure = bool(failures) and not self._has_failed
            self._has_failed = self._has_failed or bool(failures)
            self._left -= 1
            is_last = self._left == 0
        try:
            if is_first_failure and self._error_callback is not None:
                self._error_callback(failures[0])
        finally:
            if is_last:
                self._finish()

    def _finish(self) -> None:
        try:
            if not self._has_failed and self._callback is not None:
                self._callback(self._value())
        finally:
            self._done.set()

    def _value(self) -> Any:
        results = []
        for chunk in self._chunks:
            for is_fine, value in _outcomes(chunk):
                if not is_fine:
                    raise value
                results.append(value)
        return results[0] if self._is_single else results

    def wait(self, timeout: float | None = None) -> None:
        """Wait until everything is done, at most `timeout` seconds."""
        wait_until(self._done.wait, timeout)

    def get(self, timeout: float | None = None) -> Any:
        """Give what was returned, or raise the first in order of what was raised.

        Raises:
            multiprocessing.TimeoutError: not everything was done in time.
        """
        if not wait_until(self._done.wait, timeout):
            raise TimeoutError
        return self._value()

    def ready(self) -> bool:
        """Tell whether everything is done."""
        return self._done.is_set()

    def successful(self) -> bool:
        """Tell whether nothing was raised.

        Raises:
            ValueError: not everything is done.
        """
        if not self.ready():
            raise ValueError(f"{self!r} not ready")
        return not self._has_failed


class IMapIterator:
    """An iterator over results while the work goes on. Not thread-safe.

    Invariant: as long as there is work left, each actor has one chunk.
    """

    def __init__(
        self,
        chunks: Iterator[list[Any]],
        actors: int,
        run: Callable[[int, list[Any]], Future[_Outcomes]],
        is_ordered: bool,
    ) -> None:
        """Start the first chunks.

        Args:
            chunks: the work.
            actors: how many there are.
            run: has the actor of this number do a chunk.
            is_ordered: give results in the order of the work.
        """
        self._chunks, self._run, self._is_ordered = chunks, run, is_ordered
        self._busy: dict[Future[_Outcomes], int] = {}
        self._coming: deque[Future[_Outcomes]] = deque()  # whose results were not taken
        self._results: deque[tuple[bool, Any]] = deque()
        for place in range(actors):
            self._start_next(place)

    def _start_next(self, place: int) -> None:
        chunk = next(self._chunks, None)
        if chunk is not None:
            future = self._run(place, chunk)
            self._busy[future] = place
            self._coming.append(future)

    def __iter__(self) -> IMapIterator:
        return self

    def __next__(self) -> Any:
        return self.next()

    def next(self, timeout: float | None = None) -> Any:
        """Give the next result, or raise what the call raised.

        Raises:
            StopIteration: there is none.
            multiprocessing.TimeoutError: it did not come within `timeout` seconds.
        """
        deadline_s = None if timeout is None else time.monotonic() + timeout
        while not self._results:
            if not self._coming:
                raise StopIteration
            self._results.extend(_outcomes(self._take_chunk(deadline_s)))
        is_fine, value = self._results.popleft()
        if not is_fine:
            raise value
        return value

    def _take_chunk(self, deadline_s: float | None) -> Future[_Outcomes]:
        while True:
            self._refill()
            wanted = list(self._coming)[:1] if self._is_ordered else self._coming
            found = next((chunk for chunk in wanted if chunk.done()), None)
            if found is not None:
                self._coming.remove(found)
                return found
            left_s = None if deadline_s is None else max(0.0, deadline_s - time.monotonic())
            if not wait_until(self._has_one_done, left_s):
                raise TimeoutError

    def _has_one_done(self, within_s: float | None) -> bool:
        return bool(concurrent.futures.wait(self._busy, within_s, concurrent.futures.FIRST_COMPLETED).done)

    def _refill(self) -> None:
        for chunk in [chunk for chunk in self._busy if chunk.done()]:
            self._start_next(self._busy.pop(chunk))


shorten_all(globals())
