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

    def __init__(
        self, lanes: Lanes, *, chunk_bytes: int, limit_bytes: int, backoff: BackoffPolicy, ended: threading.Event
    ) -> None:
        self._lanes = lanes
        self._chunk_bytes = chunk_bytes
        self._limit_bytes = limit_bytes
        self._backoff = backoff
        self._ended = ended
        self._new_id = itertools.count(1).__next__

    def upload(self, parts: Sequence[memoryview]) -> int:
        """Send the parts of a payload; give the id that refers to them. Nothing is copied but a chunk at a time.

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
                offset = self._lanes.upload(chunk.split(transfer_id, parts, self._chunk_bytes, offset))
            return offset >= total

        self._persist(attempt)
        return transfer_id

    def download(self, transfer_id: int, sizes_bytes: Sequence[int]) -> list[memoryview]:
        """Fetch a payload's parts as read-only, aligned views of one buffer.

        Raises:
            StreamCutError: the connection broke, and the session ended before it came back.
            RayClientError: the driver refused.
        """
        assembly = chunk.AlignedAssembly(transfer_id, sizes_bytes, self._limit_bytes)

        def attempt(is_first: bool) -> bool:
            for message in self._lanes.download(transfer_id, assembly.received_bytes):
                assembly.add(chunk.decode(message))
            return assembly.is_complete

        self._persist(attempt)
        return assembly.parts()

    def _persist(self, attempt: Callable[[bool], bool]) -> None:
        """Call `attempt` until it is done, with pauses after cuts, as long as the session lives."""
        is_first = True
        for delay_s in self._backoff.delays():
            try:
                if attempt(is_first):
                    return
            except StreamCutError:
                if wait_until(self._ended.wait, delay_s):
                    raise
            is_first = False
        raise StreamCutError("gave up: the connection kept breaking")
