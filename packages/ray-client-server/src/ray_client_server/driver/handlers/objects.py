"""Operations on objects: put, get, wait, release, identify, and what belongs to transfers."""

from __future__ import annotations

from typing import Any, Final

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import (
    Get,
    Identify,
    Identity,
    Put,
    ReadyObjects,
    Release,
    ReleaseTransfer,
    Reply,
    Wait,
)
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.bounds import check_objects, check_time
from ray_client_server.driver.errors import OperationError, refused
from ray_client_server.driver.failures import describe
from ray_client_server.driver.holdings import Holdings
from ray_client_server.driver.port import Handle
from ray_client_server.driver.references import Entry, Kind
from ray_client_server.driver.results import Wanted, is_quick
from ray_client_server.driver.waiting import Deadline

_LARGE_BYTES: Final = 8 * 1024 * 1024  #: what takes some milliseconds to store


def put(holdings: Holdings, message: Put, answer: Answer) -> None:
    """Store a value; if that fails, the object fails (O1). A large one does not hold up what comes after it."""
    references = holdings.references
    try:
        value = holdings.codec.decode(message.value).value  # in order: handles in it may be released next
        if message.object_id and sum(message.value.sizes_bytes) >= _LARGE_BYTES:
            entry = references.name(message.object_id, Kind.PENDING, None)
            holdings.puts.submit(_put_aside, holdings, entry, value, answer)
            return
        ref = holdings.port.put(value)
    # Ray refuses values and runs out of room with errors of many types; the client gets each as data.
    except BaseException as error:
        failure = describe(error, holdings.codec)
        references.fail([message.object_id], failure)
        raise OperationError(failure) from error
    if message.object_id:
        entry = references.name(message.object_id, Kind.OBJECT, ref, holdings.port.object_key(ref), is_ready=True)
        if is_quick(value):
            entry.pickled = holdings.codec.encode(value).pickle
        answer.done()
    else:
        answer.value(holdings.codec.encode(ref))


def _put_aside(holdings: Holdings, entry: Entry, value: Any, answer: Answer) -> None:
    """Store a value in a thread for that. What names it meanwhile waits: other operations go on."""
    try:
        ref = holdings.port.put(value)
    # As in `put`.
    except BaseException as error:  # noqa: BLE001
        failure = describe(error, holdings.codec)
        holdings.references.settle(entry, Kind.FAILED, failure)
        if answer.is_wanted:
            answer.failure(failure)
        return
    holdings.references.settle(entry, Kind.OBJECT, ref, holdings.port.object_key(ref))
    answer.done()


def get(holdings: Holdings, message: Get, answer: Answer) -> None:
    """Answer with each object as it becomes ready (O2)."""
    if not answer.is_wanted:
        return
    try:
        check_objects(len(message.object_ids))
    except OperationError:
        for _ in message.object_ids[1:]:  # one answer says it for all
            answer.sink.skip(answer.request_id)
        raise
    wanted = []
    for index, object_id in enumerate(message.object_ids):
        try:
            entry = holdings.references.get(object_id, Kind.OBJECT, Kind.GENERATOR)
            wanted.append(Wanted(entry, _ref(holdings, entry), answer, index))
        # Each of them has an answer of its own, whatever Ray has against one.
        except BaseException as error:  # noqa: BLE001
            answer.failure(describe(error, holdings.codec), index)
    holdings.results.send(wanted)


def wait(holdings: Holdings, message: Wait, answer: Answer) -> None:
    """Answer with the places of the objects that are ready, once there are enough or the time is over."""
    if not answer.is_wanted:
        return
    check_objects(len(message.object_ids))
    check_time(message.timeout_s)
    wanted = _Wanted(holdings, message, answer)
    if not wanted.attempt(0.0):
        holdings.waits.start(wanted.attempt)


class _Wanted:
    """A wait under way. A failed object counts as ready, as in Ray."""

    def __init__(self, holdings: Holdings, message: Wait, answer: Answer) -> None:
        self._port, self._codec, self._answer = holdings.port, holdings.codec, answer
        self._deadline = Deadline(message.timeout_s)
        self._fetch_local = message.fetch_local
        self._places: dict[int, Handle] = {}
        self._failed: list[int] = []
        for index, object_id in enumerate(message.object_ids):
            entry = holdings.references.get(object_id)
            if entry.kind is Kind.FAILED:
                self._failed.append(index)
            else:
                # Of a generator Ray waits for the next object, which this leaves where it is.
                self._places[index] = entry.target if entry.kind is Kind.GENERATOR else _ref(holdings, entry)
        self._num_returns = message.num_returns or 1

    def attempt(self, slice_s: float) -> bool:
        """Wait for at most `slice_s`; tell whether that was all: the client is answered, or has given up."""
        answer = self._answer
        if answer.sink.is_forgotten(answer.request_id):
            answer.sink.skip(answer.request_id)
            return True
        try:
            return self._attempt(slice_s)
        # Ray refuses a wait with errors of many types; the client gets each as data.
        except BaseException as error:  # noqa: BLE001
            self._answer.failure(describe(error, self._codec))
            return True

    def _attempt(self, slice_s: float) -> bool:
        missing = self._num_returns - len(self._failed)
        ready = list(self._failed)
        if missing > 0 and self._places:
            found = self._wait(min(missing, len(self._places)), self._deadline.within(slice_s))
            ready += [index for index, ref in self._places.items() if ref in found]
        is_enough = len(ready) >= min(self._num_returns, len(self._failed) + len(self._places))
        if not is_enough and not self._deadline.has_passed:
            return False
        self._answer.reply(Reply(ready=ReadyObjects(indexes=sorted(ready)[: self._num_returns])))
        return True

    def _wait(self, num_returns: int, timeout_s: float) -> set[Handle]:
        # Ray refuses an object that is named twice.
        refs = list(dict.fromkeys(self._places.values()))
        return set(self._port.wait(refs, min(num_returns, len(refs)), timeout_s, self._fetch_local))


def release(holdings: Holdings, message: Release, answer: Answer) -> None:
    """Take counts back (R2)."""
    if len(message.ids) != len(message.counts):
        raise refused(
            Failure.PROTOCOL_VIOLATION, f"a release has {len(message.ids)} ids and {len(message.counts)} counts"
        )
    for handle_id, count in zip(message.ids, message.counts, strict=True):
        holdings.release(handle_id, count)
    answer.done()


def identify(holdings: Holdings, message: Identify, answer: Answer) -> None:
    """Answer with the ids that Ray itself uses."""
    entry = holdings.references.get(message.id, Kind.OBJECT, Kind.GENERATOR, Kind.ACTOR)
    if entry.kind is Kind.ACTOR:
        found = holdings.port.actor_ids(entry.target)
    else:
        found = holdings.port.object_ids(_ref(holdings, entry))
    answer.reply(Reply(identity=Identity(binary=found.binary, task_id=found.task_id, job_id=found.job_id)))


def release_transfer(holdings: Holdings, message: ReleaseTransfer, answer: Answer) -> None:
    """Let go of a download."""
    holdings.downloads.release(message.transfer_id)
    answer.done()


def _ref(holdings: Holdings, entry: Entry) -> Handle:
    """Give the reference that a get, a wait or a cancel of this entry means."""
    if entry.kind is Kind.GENERATOR:
        return holdings.port.completed(entry.target)
    if entry.kind is Kind.ACTOR:
        raise refused(Failure.INVALID_ARGUMENT, f"{entry.id} is an actor, and has no value")
    return entry.target
