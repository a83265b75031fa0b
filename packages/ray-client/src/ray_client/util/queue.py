"""A queue in an actor. The actor is Ray's own; this is the same class seen from a client."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Iterable
from typing import Any

from ray_client.tracebacks import shorten_all

__all__ = ["Empty", "Full", "Queue"]


class Empty(queue.Empty):
    """The queue has no item, or fewer than asked for."""


class Full(queue.Full):
    """The queue has no room."""


class _QueueActor:
    """The methods of Ray's class of this name, which is the one that runs (docs/protocol.md, rule T7)."""

    def __init__(self, maxsize: int) -> None: ...

    def qsize(self) -> int: ...  # type: ignore[empty-body]  # none of these bodies runs anywhere

    def empty(self) -> bool: ...  # type: ignore[empty-body]

    def full(self) -> bool: ...  # type: ignore[empty-body]

    async def put(self, item: Any, timeout: float | None = None) -> None: ...

    async def get(self, timeout: float | None = None) -> Any: ...

    def put_nowait(self, item: Any) -> None: ...

    def put_nowait_batch(self, items: list[Any]) -> None: ...

    def get_nowait(self) -> Any: ...

    def get_nowait_batch(self, num_items: int) -> list[Any]: ...  # type: ignore[empty-body]


class Queue:
    """A first-in, first-out queue that any task, actor or client may use; it can be passed around."""

    def __init__(self, maxsize: int = 0, actor_options: dict[str, Any] | None = None) -> None:
        """Make a queue of at most `maxsize` items (0: any number) in an actor with these options."""
        import ray_client

        self.maxsize = maxsize
        self.actor: Any = ray_client.remote(_QueueActor).options(**(actor_options or {})).remote(maxsize)

    def __len__(self) -> int:
        return self.size()

    def size(self) -> int:
        """Give the number of items."""
        return int(_get(self.actor.qsize.remote()))

    def qsize(self) -> int:
        """Give the number of items."""
        return self.size()

    def empty(self) -> bool:
        """Tell whether there is no item."""
        return bool(_get(self.actor.empty.remote()))

    def full(self) -> bool:
        """Tell whether there is no room."""
        return bool(_get(self.actor.full.remote()))

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Add an item, waiting for room up to `timeout` seconds if `block` is true.

        Raises:
            Full: there was no room.
            ValueError: the timeout is negative.
        """
        try:
            _get(self._put(item, block, timeout))
        except asyncio.QueueFull:
            raise Full from None

    async def put_async(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Add an item as `put` does; raises the same."""
        try:
            await self._put(item, block, timeout)
        except asyncio.QueueFull:
            raise Full from None

    def _put(self, item: Any, block: bool, timeout: float | None) -> Any:
        if not block:
            return self.actor.put_nowait.remote(item)
        return self.actor.put.remote(item, _checked(timeout))

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Take the oldest item, waiting for one up to `timeout` seconds if `block` is true.

        Raises:
            Empty: there was none.
            ValueError: the timeout is negative.
        """
        try:
            return _get(self._take(block, timeout))
        except asyncio.QueueEmpty:
            raise Empty from None

    async def get_async(self, block: bool = True, timeout: float | None = None) -> Any:
        """Take the oldest item as `get` does; raises the same."""
        try:
            return await self._take(block, timeout)
        except asyncio.QueueEmpty:
            raise Empty from None

    def _take(self, block: bool, timeout: float | None) -> Any:
        if not block:
            return self.actor.get_nowait.remote()
        return self.actor.get.remote(_checked(timeout))

    def put_nowait(self, item: Any) -> None:
        """Add an item without waiting; raises `Full` if there is no room."""
        self.put(item, block=False)

    def put_nowait_batch(self, items: Iterable[Any]) -> None:
        """Add all items, or none if there is no room for all.

        Raises:
            Full: there is no room for all.
            TypeError: `items` is no iterable.
        """
        if not isinstance(items, Iterable):
            raise TypeError("Argument 'items' must be an Iterable")
        _get(self.actor.put_nowait_batch.remote(list(items)))

    def get_nowait(self) -> Any:
        """Take the oldest item without waiting; raises `Empty` if there is none."""
        return self.get(block=False)

    def get_nowait_batch(self, num_items: int) -> list[Any]:
        """Take the oldest `num_items` items.

        Raises:
            Empty: there are fewer; none was taken.
            TypeError, ValueError: the number is none, or negative.
        """
        if not isinstance(num_items, int):
            raise TypeError("Argument 'num_items' must be an int")
        if num_items < 0:
            raise ValueError("'num_items' must be nonnegative")
        return list(_get(self.actor.get_nowait_batch.remote(num_items)))

    def shutdown(self, force: bool = False, grace_period_s: int = 5) -> None:
        """End the queue's actor, at once with `force`, else after what it is doing."""
        import ray_client

        if self.actor is not None:
            has_ended = False
            if not force:
                ended, _ = ray_client.wait([self.actor.__ray_terminate__.remote()], timeout=grace_period_s)
                has_ended = bool(ended)
            if not has_ended:
                ray_client.kill(self.actor, no_restart=True)
        self.actor = None


def _get(ref: Any) -> Any:
    import ray_client

    return ray_client.get(ref)


def _checked(timeout: float | None) -> float | None:
    if timeout is not None and timeout < 0:
        raise ValueError("'timeout' must be a non-negative number")
    return timeout


shorten_all(globals())
