"""Streams of objects: each next one is taken in the order in which the client asked (rule D7)."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from typing import NamedTuple

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.errors import OperationError
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
        self._serving: dict[Handle, Future[None]] = {}

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
                self._serving[generator] = self._loop.start(self._serve(generator))
        if ref is not None:
            self._give(ref, object_id, answer)

    def drop(self, generator: Handle) -> None:
        """Serve nobody any more: the client has let go of the generator."""
        with self._lock:
            asked, serving = self._asked.pop(generator, ()), self._serving.pop(generator, None)
        if serving is not None:
            serving.cancel()
        for one in asked:
            one.answer.failure(END)

    async def _serve(self, generator: Handle) -> None:
        """Serve everybody who waits for a generator, in their order."""
        is_last = False
        while not is_last:
            found = await self._next(generator)
            with self._lock:
                waiting = self._asked.get(generator)
                if waiting is None:
                    return
                asked = waiting.popleft()
                is_last = not waiting
                if is_last:
                    del self._asked[generator], self._serving[generator]
            if isinstance(found, Failure):
                asked.answer.failure(found)
            else:
                self._give_later(found, asked)

    def _give_later(self, ref: Handle, asked: _Asked) -> None:
        try:
            self._give(ref, asked.object_id, asked.answer)
        except OperationError as error:  # the id may be in use; those that wait behind it are served all the same
            asked.answer.failure(error.failure)

    async def _next(self, generator: Handle) -> Handle | Failure:
        try:
            return await self._codec.port.next_later(generator)
        except StopAsyncIteration:
            return END
        # What a generator's task raised comes as an object; this is what Ray itself may raise.
        except BaseException as error:  # noqa: BLE001
            return describe(error, self._codec)

    def _give(self, ref: Handle, object_id: int, answer: Answer) -> None:
        self._references.name(object_id, Kind.OBJECT, ref, self._codec.port.object_key(ref), is_ready=True)
        answer.done()
