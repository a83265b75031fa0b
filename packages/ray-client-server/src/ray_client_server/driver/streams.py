"""Streams of objects: each next one is taken in the order in which the client asked (rule D7)."""

from __future__ import annotations

import threading
from collections import deque
from typing import NamedTuple

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.failures import describe
from ray_client_server.driver.pickling import Codec
from ray_client_server.driver.port import Handle
from ray_client_server.driver.references import Kind, References
from ray_client_server.driver.waiting import Loop

END = Failure(code=Failure.END_OF_STREAM, message="the stream has no further object")


class _Asked(NamedTuple):
    object_id: int
    answer: Answer


class Streams:
    """Takes objects from generators, which allow one taker at a time."""

    def __init__(self, codec: Codec, references: References, loop: Loop) -> None:
        self._codec, self._references, self._loop = codec, references, loop
        self._lock = threading.Lock()
        #: Who waits for which generator; the first of each is being served by the loop.
        self._asked: dict[Handle, deque[_Asked]] = {}

    def take(self, generator: Handle, object_id: int, answer: Answer) -> None:
        """Let `object_id` stand for the next object of the stream, and answer when it is there."""
        with self._lock:
            waiting = self._asked.get(generator)
            if waiting is not None:
                waiting.append(_Asked(object_id, answer))
                return
            ref = self._codec.port.next_now(generator)
            if ref is None:
                self._asked[generator] = deque((_Asked(object_id, answer),))
        if ref is None:
            self._loop.start(self._serve(generator))
        else:
            self._give(ref, object_id, answer)

    async def _serve(self, generator: Handle) -> None:
        """Serve everybody who waits for a generator, in their order."""
        while True:
            with self._lock:
                asked = self._asked[generator][0]
            try:
                await self._next(generator, asked)
            # What a generator's task raised comes as an object; this is what Ray itself may raise.
            except Exception as error:  # noqa: BLE001
                asked.answer.failure(describe(error, self._codec))
            with self._lock:
                self._asked[generator].popleft()
                if not self._asked[generator]:
                    del self._asked[generator]
                    return

    async def _next(self, generator: Handle, asked: _Asked) -> None:
        try:
            ref = await self._codec.port.next_later(generator)
        except StopAsyncIteration:
            asked.answer.failure(END)
            return
        self._give(ref, asked.object_id, asked.answer)

    def _give(self, ref: Handle, object_id: int, answer: Answer) -> None:
        self._references.name(object_id, Kind.OBJECT, ref, self._codec.port.object_key(ref), is_ready=True)
        answer.done()
