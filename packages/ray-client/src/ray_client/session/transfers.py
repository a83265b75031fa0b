"""Large values on the bulk lanes, resumed after a cut (docs/protocol.md, rules B1 to B6)."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from ray_client.session.blocking import wait_until
from ray_client.transport.backoff import BackoffPolicy
from ray_client.transport.lanes import Lanes
from ray_client.transport.stream import StreamCutError
from ray_client_proto.wire import chunk

T = TypeVar("T")


class Transfers:
    """Moves the bytes of large values, in the thread that asks for it. Safe from any thread."""

    def __init__(self, lanes: Lanes, *, limit_bytes: int, backoff: BackoffPolicy, ended: threading.Event) -> None:
        self._lanes = lanes
        self._limit_bytes = limit_bytes
        self._backoff = backoff
        self._ended = ended
        self._new_id = itertools.count(1).__next__

    def upload(self, parts: Sequence[memoryview]) -> int:
        """Send the parts of a payload; give the id that refers to them.

        Raises:
            StreamCutError: the connection broke, and the session ended before it came back.
            RayClientError: the driver refused.
        """
        transfer_id = self._new_id()
        total = sum(part.nbytes for part in parts)
        offset = 0

        def attempt(is_first: bool) -> bool:
            nonlocal offset
            if not is_first:
                offset = self._lanes.received_bytes(transfer_id)
            if offset < total or is_first:
                offset = self._lanes.upload(transfer_id, parts, offset)
            return offset >= total

        self._persist(attempt, lambda: offset)
        return transfer_id

    def download(self, transfer_id: int, sizes_bytes: Sequence[int]) -> list[memoryview]:
        """Fetch a payload's parts as read-only, aligned views of one buffer.

        Raises:
            StreamCutError: the connection broke, and the session ended before it came back.
            RayClientError: the driver refused.
        """
        assembly = chunk.AlignedAssembly(transfer_id, sizes_bytes, self._limit_bytes)

        def attempt(is_first: bool) -> bool:
            if is_first or not assembly.is_complete:
                self._lanes.download(assembly)
            return assembly.is_complete

        self._persist(attempt, lambda: assembly.received_bytes)
        return assembly.parts()

    def _persist(self, attempt: Callable[[bool], bool], done_bytes: Callable[[], int]) -> None:
        """Call `attempt` until it is done, as long as the session lives; with pauses while it gets nowhere."""
        delays, best_bytes, is_first = self._backoff.delays(), 0, True
        while True:
            try:
                if attempt(is_first):
                    return
            except StreamCutError:
                delay_s: float | None = 0.0
                if done_bytes() > best_bytes:
                    delays, best_bytes = self._backoff.delays(), done_bytes()
                else:
                    delay_s = next(delays, None)
                if delay_s is None or wait_until(self._ended.wait, delay_s):
                    raise
            is_first = False
