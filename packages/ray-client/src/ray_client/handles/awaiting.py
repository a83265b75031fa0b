"""References as asyncio sees them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future as ConcurrentFuture
from contextlib import suppress
from contextvars import Context
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ray_client.handles.object_ref import ObjectRef


class Watch:
    """A future of a reference's value for those who ask whether it is there, as `asyncio.wait` does.

    It belongs to one loop, and to that loop's thread. The value stays until the reference is awaited or goes.
    """

    def __init__(self, ref: ObjectRef[Any]) -> None:
        self._loop = asyncio.get_running_loop()
        self.future = ref.as_future()
        self.future.add_done_callback(_take_exception)
        self._adapters: dict[Callable[[Any], object], Callable[[Any], object]] = {}

    def add(self, ref: ObjectRef[Any], callback: Callable[[Any], object], context: Context | None) -> None:
        """Have `callback` called with the reference once the value is there."""

        def call(_future: object) -> None:
            callback(ref)

        self._adapters[callback] = call
        self.future.add_done_callback(call, context=context)

    def remove(self, callback: Callable[[Any], object]) -> int:
        """Take a callback back, and the request too if nobody else waits; tell how many callbacks went."""
        call = self._adapters.pop(callback, None)
        removed = 0 if call is None else self.future.remove_done_callback(call)
        if not self._adapters and not self.future.done():
            self.future.cancel()
        return removed

    def is_usable(self) -> bool:
        """Whether the running loop can await it."""
        return self._loop is asyncio.get_running_loop() and not self.future.cancelled()


def _take_exception(future: asyncio.Future[Any]) -> None:
    """Keep asyncio from complaining that nobody asked for it: the reference has it as before."""
    if not future.cancelled():
        future.exception()


def arrival(reply: ConcurrentFuture[Any]) -> asyncio.Future[None]:
    """Give a future of the running loop that is done once the reply is; to cancel it leaves the reply alone."""
    loop = asyncio.get_running_loop()
    arrived: asyncio.Future[None] = loop.create_future()

    def arrive() -> None:
        if not arrived.done():
            arrived.set_result(None)

    def call(_reply: object) -> None:
        with suppress(RuntimeError):  # the loop has been closed
            loop.call_soon_threadsafe(arrive)

    reply.add_done_callback(call)
    return arrived


def watch_of(ref: ObjectRef[Any]) -> Watch:
    """Give the watch of a reference in the running loop."""
    watch = ref._watch
    return watch if watch is not None and watch.is_usable() else Watch(ref)
