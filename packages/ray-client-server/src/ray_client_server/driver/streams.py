"""Streams of objects: each next one is taken in the order in which the client asked (rule D7)."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from typing import NamedTuple

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.errors import OperationError
from ray_client_server.driver.failures import describe
from ray_client_server.driver.pickling import Codec
from ray_client_server.driver.port import Handle
from ray_client_server.driver.references import Kind, References
from ray_client_server.driver.waiting import Waits

END = Failure(code=Failure.END_OF_STREAM, message="the stream has no further object")


class _Asked(NamedTuple):
    object_id: int
    answer: Answer


class Streams:
    """Takes objects from generators, which allow one taker at a time. No thread waits for any of them."""

    def __init__(self, codec: Codec, references: References, waits: Waits) -> None:
        self._codec, self._references, self._waits = codec, references, waits
        self._lock = threading.Lock()
        #: Who waits for which generator; the first of each is served when Ray says that something is there.
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
            self._watch(generator)
        else:
            self._give(ref, object_id, answer)

    def drop(self, generator: Handle) -> None:
        """Serve nobody any more: the client has let go of the generator."""
        self._answer_all(generator, END)

    def _answer_all(self, generator: Handle, failure: Failure) -> None:
        with self._lock:
            asked = self._asked.pop(generator, ())
        for one in asked:
            one.answer.failure(failure)

    def _watch(self, generator: Handle) -> None:
        # Weak, since Ray keeps the callback until something comes; and lets a stream end when nobody has it any more.
        weak = weakref.ref(generator)

        def attempt(_slice_s: float) -> bool:
            if (there := weak()) is not None:
                self._serve(there)
            return True

        try:
            # On a thread of Ray's, which may not block; or on this one, where it is there by now.
            self._codec.port.on_next(generator, lambda: self._waits.start(attempt))
        # Ray refuses with errors of many types; each request must be answered, or its future never ends.
        except BaseException as error:  # noqa: BLE001
            self._answer_all(generator, describe(error, self._codec))

    def _serve(self, generator: Handle) -> None:
        """Serve who waits longest for a generator of which something is there, or its end."""
        try:
            found: Handle | Failure = self._codec.port.take_next(generator)
        except StopIteration:
            found = END
        # What a generator's task raised comes as an object; this is what Ray itself may raise.
        except BaseException as error:  # noqa: BLE001
            found = describe(error, self._codec)
        self._answer_first(generator, found)

    def _answer_first(self, generator: Handle, found: Handle | Failure) -> None:
        with self._lock:
            waiting = self._asked.get(generator)
            if waiting is None:
                return
            asked, are_left = waiting.popleft(), bool(waiting)
            if not are_left:
                del self._asked[generator]
        if isinstance(found, Failure):
            asked.answer.failure(found)
        else:
            self._give_later(found, asked)
        if are_left:
            self._watch(generator)

    def _give_later(self, ref: Handle, asked: _Asked) -> None:
        try:
            self._give(ref, asked.object_id, asked.answer)
        except OperationError as error:  # the id may be in use; those that wait behind it are served all the same
            asked.answer.failure(error.failure)

    def _give(self, ref: Handle, object_id: int, answer: Answer) -> None:
        self._references.name(object_id, Kind.OBJECT, ref, self._codec.port.object_key(ref), is_ready=True)
        answer.done()
