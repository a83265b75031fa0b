"""Threads of ours: one that dies of an error says so, and what it served ends with that reason."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

log = logging.getLogger(__name__)

OnDeath = Callable[[str], None]
_Result = TypeVar("_Result")


def _say_no_more(_reason: str) -> None:
    """Do nothing: the log has it."""


#: Whom the deaths of threads are told in this process that tell nobody else. A driver has one session, and ends it.
_of_the_process: OnDeath = _say_no_more


def tell_deaths(on_death: OnDeath) -> None:
    """Have this called with the reason when a thread of ours dies in this process; for a process with one session."""
    global _of_the_process
    _of_the_process = on_death


class Thread(threading.Thread):
    """A daemon thread whose target is not to raise: whatever it raises is its death, and somebody is told the reason.

    Nobody waits for a thread that is gone: without a word, whoever needs what it did would wait for ever.
    """

    def __init__(
        self, name: str, target: Callable[..., None], *arguments: Any, on_death: OnDeath | None = None
    ) -> None:
        """Prepare; `start` starts it. `on_death` is called in the thread, in place of the process's own."""
        super().__init__(name=name, target=target, args=arguments, daemon=True)
        self._on_death = on_death

    def run(self) -> None:
        try:
            super().run()
        # Also what ends a thread silently otherwise, such as the `SystemExit` of code that it called.
        except BaseException as error:  # noqa: BLE001
            died(self.name, error, self._on_death)


class Pool(ThreadPoolExecutor):
    """A few threads for what is not to raise either; nobody looks at its futures."""

    def __init__(self, name: str, size: int) -> None:
        """Prepare for `size` threads, which are started as they are needed."""
        super().__init__(size, thread_name_prefix=name)
        self._name = name

    def submit(self, fn: Callable[..., _Result], /, *args: Any, **kwargs: Any) -> Future[_Result]:
        return watch(self._name, super().submit(fn, *args, **kwargs))


def watch(name: str, future: Future[_Result]) -> Future[_Result]:
    """Have an error of what is done elsewhere, but not its cancelling, count as a thread's death; give it back."""

    def look(done: Future[_Result]) -> None:
        if not done.cancelled() and (error := done.exception()) is not None:
            died(name, error)

    future.add_done_callback(look)
    return future


def died(name: str, error: BaseException, on_death: OnDeath | None = None) -> None:
    """Say of an error that it ended what was done under this name."""
    log.critical("thread.died name=%s error=%s", name, type(error).__qualname__, exc_info=error)
    (on_death or _of_the_process)(f"a fault of ours: the thread {name!r} died of {type(error).__qualname__}")
