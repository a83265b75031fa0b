"""The items of an iterator in the driver, as the client asks for them (docs/protocol.md, rule X5).

They are taken in a thread of their own. So an item that is there goes out though the next one lets wait, and while the
iterator waits for something, calls of the client's can bring that about.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
import time
import types
from typing import Any, Final, NamedTuple

from ray_client_proto.threads import Thread
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_server.driver.errors import refused

_ITEMS: Final = 1024  #: that one answer has at most
_BYTES: Final = 4 * 1024 * 1024  #: and about how much of them
_GATHER_S: Final = 0.05  #: and how long it is gathered for
_PAUSE_S: Final = 0.005  #: without another one, after which it is not waited for
_LINGER_S: Final = 1.0  #: for how long a thread waits to be asked again
_ITERATING: Final = 1000  #: iterators that have a thread


class Taken(NamedTuple):
    """An answer: what came, whether it was all, and whether more would have come at once."""

    items: list[Any]
    is_over: bool
    is_fast: bool


class Places:
    """Counts the iterators of a session that have a thread. Safe from any thread."""

    def __init__(self) -> None:
        self._free = threading.Semaphore(_ITERATING)

    def take(self) -> None:
        """Take a place for a thread.

        Raises:
            OperationError: there are too many.
        """
        if not self._free.acquire(blocking=False):
            text = f"{_ITERATING} iterations are under way already; let some end"
            raise refused(Failure.LIMIT_EXCEEDED, text, limit="iterations", value=str(_ITERATING))

    def give_back(self) -> None:
        """Give a place back."""
        self._free.release()


class Iteration:
    """An iterator and what it has given that nobody has taken; who asks and who takes items are different threads."""

    def __init__(self, iterator: Any, places: Places) -> None:
        self._iterator, self._places = iterator, places
        # Guards all that follows. Who asks waits for it; so does the thread, when it has given what was asked for.
        self._changed = threading.Condition()
        self._items: list[Any] = []
        self._size_bytes = 0
        self._error: BaseException | None = None  #: that it ended with; StopIteration: that is all
        #: Who asks, and who of them needs an item: threads of the client share iterators.
        self._asking = self._waiting = 0
        self._is_interrupted = self._was_interrupted = self._is_busy = False
        self._endings = 0  #: how often what was there was let go: an item of before is not taken any more
        self._thread_id: int | None = 0  #: of the thread that takes items; None: it is about to begin, 0: there is none

    def take(self, is_ahead: bool) -> Taken:
        """Give what comes, within bounds of number, bytes and time.

        Args:
            is_ahead: the client does not wait for it: then it gets nothing if nothing comes in that time.

        Raises:
            OperationError: too many are under way.
            KeyboardInterrupt: it was interrupted.
            BaseException: what the iterator raised, after all items before it were taken.
        """
        with self._changed:
            self._asking, self._is_interrupted = self._asking + 1, False
            try:
                self._have_thread()
                self._wait_for_many()
                if not is_ahead:
                    self._wait_for_one()
            finally:
                self._asking -= 1
            if self._is_interrupted:
                self._items.clear()  # nobody waits for what came before
                raise KeyboardInterrupt
            return self._taken()

    def _wait_for_many(self) -> None:
        until_s, seen = time.monotonic() + _GATHER_S, 0
        while not self._changed.wait_for(self._is_enough, _PAUSE_S) and time.monotonic() < until_s:
            if self._items and len(self._items) == seen:
                return
            seen = len(self._items)

    def _wait_for_one(self) -> None:
        self._waiting += 1
        try:
            self._changed.wait_for(lambda: self._items or self._is_enough())
        finally:
            self._waiting -= 1

    def _taken(self) -> Taken:
        items, is_fast = self._items, self._is_full()
        self._items, self._size_bytes = [], 0
        is_over = isinstance(self._error, StopIteration)
        if self._error is not None and not items and not is_over:
            error, self._error = self._error, StopIteration()
            raise error
        return Taken(items, is_over, is_fast)

    def interrupt(self) -> bool:
        """Raise a KeyboardInterrupt where it is waited for, and in the iterator; this always takes it."""
        with self._changed:
            self._is_interrupted = True
            if self._thread_id and self._asking:
                self._was_interrupted = True
                thread, error = ctypes.c_ulong(self._thread_id), ctypes.py_object(KeyboardInterrupt)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, error)
            self._changed.notify_all()
        return True

    def let_go(self) -> None:
        """Forget what came: a method that ends the iterator is about to be called.

        As natively, a generator is left alone while it runs; other iterators have methods that end just that.
        """
        with self._changed:
            if isinstance(self._iterator, types.GeneratorType):
                self._waiting += 1
                try:
                    self._changed.wait_for(lambda: not self._is_busy)
                finally:
                    self._waiting -= 1
            self._endings += 1
            self._items, self._size_bytes, self._error = [], 0, None

    def _is_full(self) -> bool:
        return len(self._items) >= _ITEMS or self._size_bytes >= _BYTES

    def _is_enough(self) -> bool:
        return self._error is not None or self._is_interrupted or self._is_full()

    def _have_thread(self) -> None:
        if self._thread_id == 0 and self._error is None:
            self._places.take()
            self._thread_id = None
            Thread("library-iterate", self._run).start()
        else:
            self._changed.notify_all()

    def _run(self) -> None:
        """Take items while they are wanted."""
        self._thread_id = threading.get_ident()
        error: BaseException | None = None
        try:
            self._gather()
        # Code of the user's and of libraries, which raises anything; and an interrupt, wherever it hits.
        except BaseException as caught:  # noqa: BLE001
            error = caught
        while self._thread_id != 0:
            with contextlib.suppress(KeyboardInterrupt):  # it came while the iterator was at its end
                self._end(error)

    def _gather(self) -> None:
        while (endings := self._is_to_go_on()) is not None:
            item = next(self._iterator)
            size_bytes = _size_of(item)
            with self._changed:
                self._is_busy = False
                if endings == self._endings:
                    self._items.append(item)
                    self._size_bytes += size_bytes
                if self._waiting or self._is_full():
                    self._changed.notify_all()
            del item

    def _end(self, error: BaseException | None) -> None:
        with self._changed:
            if isinstance(error, KeyboardInterrupt) and self._was_interrupted:
                error = StopIteration()  # who asked was told, and a generator that was interrupted has ended
            self._error, self._is_busy = error, False
            self._changed.notify_all()
            if self._thread_id != 0:
                self._thread_id = 0
                self._places.give_back()

    def _is_to_go_on(self) -> int | None:
        """Wait until more is wanted, and give how often what was there was let go; None: no more is."""
        with self._changed:
            self._is_busy = bool(self._changed.wait_for(lambda: self._asking and not self._is_full(), _LINGER_S))
            return self._endings if self._is_busy else None


def _size_of(item: Any) -> int:
    """Give about how much memory an item of an iteration takes; 0 where that is not to be found out."""
    try:
        return _size(item)
    # Code of the user's and of libraries: what is wrong with the size is no error of the iteration's.
    except Exception:  # noqa: BLE001
        return 0


def _size(item: Any) -> int:
    if isinstance(item, dict):
        return sum(map(_size, item.values()))
    found = getattr(item, "nbytes", None)
    if isinstance(found, int):
        return found
    usage = getattr(item, "memory_usage", None)
    return int(usage().sum()) if callable(usage) else sys.getsizeof(item)
