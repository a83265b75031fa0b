"""Objects as they become ready, on their way to the client: no thread waits for any one of them."""

from __future__ import annotations

import logging
import queue
import threading
from typing import Any, Final, NamedTuple

from ray_client_server.driver.answer import Answer
from ray_client_server.driver.errors import OperationError
from ray_client_server.driver.failures import describe
from ray_client_server.driver.pickling import Codec
from ray_client_server.driver.port import Handle

log = logging.getLogger(__name__)

_THREADS: Final = 2  #: pickling holds the interpreter's lock; the second is for what waits for room

#: Their pickling is quick and runs no code of the user's, so it needs no thread of ours.
_QUICK: Final = frozenset((int, float, bool, type(None)))


class _Ready(NamedTuple):
    result: Any
    answer: Answer
    place: int


class Results:
    """Answers with the values of objects, each as soon as it is there (O2)."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._ready: queue.SimpleQueue[_Ready | None] = queue.SimpleQueue()
        for number in range(_THREADS):
            threading.Thread(target=self._encode_all, name=f"results-{number}", daemon=True).start()

    def send(self, ref: Handle, answer: Answer, index: int) -> None:
        """Answer with the value of `ref` when it is ready, or with the failure that it has."""
        codec, ready = self._codec, self._ready

        def callback(result: Any) -> None:
            # On a thread of Ray's that all objects share: nothing here may block or run code of the user's.
            if type(result) in _QUICK:
                answer.value(codec.encode(result), index)
            else:
                ready.put(_Ready(result, answer, index))

        codec.port.on_ready(ref, callback)

    def _encode_all(self) -> None:
        while (ready := self._ready.get()) is not None:
            try:
                self._encode(ready)
            # A fault of ours in one reply: the others must still go out, and this one must not stay open.
            except Exception as error:
                log.exception("result.encode_failed request_id=%d", ready.answer.request_id)
                ready.answer.failure(describe(error, self._codec), ready.place)
            del ready  # or the value would live until the next one comes

    def _encode(self, ready: _Ready) -> None:
        result, answer, index = ready
        if answer.sink.is_forgotten(answer.request_id):
            answer.sink.skip()
            return
        answer.sink.wait_for_room()
        if isinstance(result, self._codec.port.RayError):
            answer.failure(describe(result, self._codec), index)
            return
        try:
            payload = self._codec.encode(result)
        except OperationError as error:
            answer.failure(error.failure, index)
        else:
            answer.value(payload, index)

    def close(self) -> None:
        """End the threads."""
        for _ in range(_THREADS):
            self._ready.put(None)
