"""Places for what takes the processors: few, shared among clients, and held for no longer than that should take.

Drivers that start have them, and packages that are laid out.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final

#: Drivers that start at the same time; the rest are QUEUED. More would only take the processors from each other.
STARTS: Final = 8
SHARE: Final = 4  #: of these, that one client may have

#: What takes longer than this sleeps, in a hook for instance, and gives its place to others: it goes on without.
START_HOLD_S: Final = 5.0
BUILD_HOLD_S: Final = 120.0  #: the same where Ray builds an environment first


class StartPlaces:
    """The places, and who waits for one. The event loop owns it."""

    def __init__(self, hold_s: float, count: int = STARTS, share: int = SHARE) -> None:
        self._hold_s, self._free, self._share = hold_s, count, share
        self._held: collections.Counter[str] = collections.Counter()
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []

    @contextlib.asynccontextmanager
    async def place(self, client: str) -> AsyncIterator[None]:
        """Wait for a place of this client's, and hold it for the block, or for `hold_s` if that is shorter."""
        free = await self._take(client)
        holding = asyncio.get_running_loop().call_later(self._hold_s, free)
        try:
            yield
        finally:
            holding.cancel()
            free()

    async def _take(self, client: str) -> Callable[[], None]:
        """Wait for a place, and give what frees it; to do so again changes nothing."""
        given: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        is_held = True

        def free() -> None:
            nonlocal is_held
            if is_held:
                is_held = False
                self._give_back(client)

        self._waiting.append((client, given))
        self._hand_out()
        try:
            await given
        except asyncio.CancelledError:
            if given.cancelled():
                self._waiting.remove((client, given))
            else:  # it was given in this very moment
                free()
            raise
        return free

    def _give_back(self, client: str) -> None:
        self._free += 1
        self._held[client] -= 1
        if not self._held[client]:
            del self._held[client]
        self._hand_out()

    def _hand_out(self) -> None:
        """Give each free place to a client that has the fewest; among those, to who came first."""
        while self._free:
            # One that was cancelled is still there until its task runs.
            may = [(who, it) for who, it in self._waiting if self._held[who] < self._share and not it.done()]
            if not may:
                return
            first = min(may, key=lambda waiter: self._held[waiter[0]])
            self._waiting.remove(first)
            client, given = first
            self._free -= 1
            self._held[client] += 1
            given.set_result(None)
