"""Objects as they become ready, on their way to the client: no thread waits for any one of them."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ray_client_proto.threads import Thread
from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.errors import OperationError
from ray_client_server.driver.failures import describe
from ray_client_server.driver.pickling import Codec
from ray_client_server.driver.port import Handle, RayPort
from ray_client_server.driver.references import Entry
from ray_client_server.driver.waiting import Waits

log = logging.getLogger(__name__)

_THREADS: Final = 2  #: pickling holds the interpreter's lock; the second is for what waits for room
_MANY: Final = 16  #: from so many objects on it pays to ask Ray which of them are ready
_GATHER_S: Final = 0.02  #: how long those that are ready wait for the others of their get
_AT_ONCE: Final = 100  #: how many values are taken before the first of them goes out

#: Their pickling is quick and runs no code of the user's, so it needs no thread of ours; and they are small.
_QUICK: Final = frozenset((int, float, bool, type(None)))
_QUICK_IF_SHORT: Final = frozenset((str, bytes))
_SHORT: Final = 1024


class Wanted(NamedTuple):
    """An object that a get asks for, and the place of its answer."""

    entry: Entry
    ref: Handle
    answer: Answer
    place: int


class _Ready(NamedTuple):
    result: Any
    answer: Answer
    place: int


def is_quick(value: Any) -> bool:
    """Tell whether a value is pickled at once wherever it is, and its pickle may be kept."""
    kind = type(value)
    return kind in _QUICK or (kind in _QUICK_IF_SHORT and len(value) < _SHORT)


class _Many:
    """Many objects of one get, taken from Ray many at a time. One thread at a time attempts."""

    def __init__(
        self,
        port: RayPort,
        wanted: list[Wanted],
        send_ready: Callable[[list[Wanted]], None],
        send_later: Callable[[Wanted], None],
    ) -> None:
        self._port, self._send_ready, self._send_later = port, send_ready, send_later
        self._answer = wanted[0].answer
        self._left: dict[Handle, list[Wanted]] = {}  # an object may be wanted in several places
        for one in wanted:
            self._left.setdefault(one.ref, []).append(one)
        self._is_flowing = True

    def attempt(self, slice_s: float) -> bool:
        """Send what becomes ready within `slice_s`; tell whether there is nothing left to send."""
        if self._answer.sink.is_forgotten(self._answer.request_id):
            for wanted in self._left.values():
                for _ in wanted:
                    self._answer.sink.skip(self._answer.request_id)
            return True
        try:
            ready = self._wait(slice_s)
        # Whatever Ray has against asking in a batch: asked one by one, each object says for itself what is wrong.
        except BaseException:
            log.exception("results.wait_failed objects=%d", len(self._left))
            for wanted in self._left.values():
                for one in wanted:
                    self._send_later(one)
            return True
        for start in range(0, len(ready), _AT_ONCE):
            self._send_ready([one for ref in ready[start : start + _AT_ONCE] for one in self._left.pop(ref)])
        return not self._left

    def _wait(self, slice_s: float) -> list[Handle]:
        """Give what is ready; where nothing comes, sleep until one does instead of asking again and again."""
        refs = list(self._left)
        if not self._is_flowing and not self._port.wait(refs, 1, slice_s, True):
            return []
        ready = self._port.wait(refs, len(refs), min(slice_s, _GATHER_S), True)
        self._is_flowing = bool(ready)
        return ready


class Results:
    """Answers with the values of objects, each soon after it is there (O2)."""

    def __init__(self, codec: Codec, waits: Waits) -> None:
        self._codec, self._port, self._waits = codec, codec.port, waits
        self._ready: queue.SimpleQueue[_Ready | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        #: Who waits for which object. Each has one callback of Ray's, which cannot be taken back.
        self._watched: dict[Handle, list[Wanted]] = {}
        for number in range(_THREADS):
            Thread(f"results-{number}", self._encode_all).start()

    def send(self, wanted: list[Wanted]) -> None:
        """Answer with the value of each object when it is ready, or with the failure that it has.

        A few get a callback each, which is the quickest for one. It takes the interpreter's lock on the thread that
        Ray also submits and receives on; so many are taken from Ray as they come, many at a time. What the driver has
        seen, and is small, it need not ask Ray for: a small value that was put lies in the store of another process.
        """
        wanted = [one for one in wanted if not _answer_known(one)]
        if len(wanted) >= _MANY:
            self._waits.start(_Many(self._port, wanted, self._send_ready, self._send_later).attempt)
            return
        for one in wanted:
            if one.entry.is_ready:
                self._send_ready([one])
            else:
                self._send_later(one)

    def _send_ready(self, wanted: list[Wanted]) -> None:
        try:
            results = self._port.get_now([one.ref for one in wanted])
        # As above.
        except BaseException:
            log.exception("results.get_failed objects=%d", len(wanted))
            results = None
        if results is None:  # or the cluster has lost one, and may yet make it anew
            for one in wanted:
                self._send_later(one)
            return
        for one, result in zip(wanted, results, strict=True):
            self._take(result, one)

    def _send_later(self, wanted: Wanted) -> None:
        ref = wanted.ref
        with self._lock:
            watching = self._watched.get(ref)
            if watching is not None:
                # Of a client that asks again and again, with short time-outs, only the last question is left.
                self._watched[ref] = [*(other for other in watching if not _skip_forgotten(other.answer)), wanted]
                return
            self._watched[ref] = [wanted]

        def callback(result: Any) -> None:
            # On a thread of Ray's that all objects share: nothing here may block or run code of the user's.
            for one in self._stop_watching(ref):
                one.entry.is_ready = True
                self._take(result, one)

        try:
            self._port.on_ready(ref, callback)
        # Ray refuses with errors of many types; each object of a get must be answered, or its future never ends.
        except BaseException as error:  # noqa: BLE001
            for one in self._stop_watching(ref):
                one.answer.failure(describe(error, self._codec), one.place)

    def _stop_watching(self, ref: Handle) -> list[Wanted]:
        with self._lock:
            return self._watched.pop(ref, [])

    def _take(self, result: Any, wanted: Wanted) -> None:
        entry, _, answer, place = wanted
        if _skip_forgotten(answer):
            return
        if is_quick(result):
            payload = self._codec.encode(result)
            entry.pickled = payload.pickle
            answer.value(payload, place)
        else:
            self._ready.put(_Ready(result, answer, place))

    def _encode_all(self) -> None:
        while (ready := self._ready.get()) is not None:
            try:
                self._encode(ready)
            # A fault of ours in one reply: the others must still go out, and this one must not stay open.
            except BaseException as error:
                log.exception("result.encode_failed request_id=%d", ready.answer.request_id)
                ready.answer.failure(describe(error, self._codec), ready.place)
            del ready  # or the value would live until the next one comes

    def _encode(self, ready: _Ready) -> None:
        result, answer, index = ready
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


def _answer_known(wanted: Wanted) -> bool:
    """Answer with a value that the driver has seen, and tell whether it has."""
    if wanted.entry.pickled is None:
        return False
    wanted.answer.value(Payload(pickle=wanted.entry.pickled), wanted.place)
    return True


def _skip_forgotten(answer: Answer) -> bool:
    """Tell whether the client does not want an answer any more; it is counted as given then."""
    if not answer.sink.is_forgotten(answer.request_id):
        return False
    answer.sink.skip(answer.request_id)
    return True
