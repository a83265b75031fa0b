"""Which Ray object each id of the session stands for (docs/protocol.md, rules I1 to I4 and R1 to R4)."""

from __future__ import annotations

import enum
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import ids
from ray_client_server.driver.errors import FailedObjectError, refused

if TYPE_CHECKING:
    from ray_client_server.driver.iterating import Iteration


class Kind(enum.Enum):
    """What an id stands for."""

    OBJECT = "object"
    ACTOR = "actor"
    GENERATOR = "generator"
    FAILED = "failed object"
    LIBRARY = "object of a library"
    PENDING = "object on its way to the store"


class Entry:
    """One id: what it stands for, and how many counts the client has of it.

    `target` is Ray's own object, or the `Failure` of an entry of kind FAILED. `key` is what makes two Ray objects
    of one kind the same; generators and failed entries have none. `is_ready` is set once the value was there, and
    `pickled` is its pickle if the driver has seen it and it is small: then Ray need not be asked again. One of kind
    PENDING has `settled`, which is set once it is of another kind. An iterator of a library has `iteration`, what was
    taken of it, once it is asked for items.
    """

    __slots__ = ("count", "id", "is_ready", "iteration", "key", "kind", "pickled", "settled", "target")

    def __init__(self, handle_id: int, kind: Kind, target: Any, key: bytes | None) -> None:
        self.id, self.kind, self.target, self.key = handle_id, kind, target, key
        self.count = 1
        self.is_ready = False
        self.pickled: bytes | None = None
        self.iteration: Iteration | None = None
        self.settled = threading.Event() if kind is Kind.PENDING else None


class References:
    """The session's reference table.

    Invariant: an entry is there as long as its count is above 0, and a Ray object that has an entry is handed out
    under that entry's id. Safe from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[int, Entry] = {}
        self._by_key: dict[tuple[Kind, bytes], Entry] = {}
        self._next_id = ids.driver_ids()

    def __len__(self) -> int:
        return len(self._entries)

    def name(
        self, handle_id: int, kind: Kind, target: Any, key: bytes | None = None, *, is_ready: bool = False
    ) -> Entry:
        """Let an id of the client's stand for `target`, with one count (I1); give the entry.

        Raises:
            OperationError: the client may not choose this id, or has used it before; nothing changed.
        """
        if not ids.is_client_id(handle_id):
            raise refused(Failure.INVALID_ARGUMENT, f"I1: a client may not choose the id {handle_id}")
        with self._lock:
            if handle_id in self._entries:
                raise refused(Failure.PROTOCOL_VIOLATION, f"I4: the id {handle_id} is in use")
            entry = Entry(handle_id, kind, target, key)
            entry.is_ready = is_ready
            self._add(entry)
            return entry

    def settle(self, entry: Entry, kind: Kind, target: Any, key: bytes | None = None) -> None:
        """Let a pending entry stand for what has come, and wake whoever waits for it."""
        with self._lock:
            entry.kind, entry.target, entry.key, entry.is_ready = kind, target, key, kind is Kind.OBJECT
            if self._entries.get(entry.id) is entry:  # else it was released meanwhile
                self._add(entry)
        if entry.settled is not None:
            entry.settled.set()

    def hold(self, handle_ids: Iterable[int]) -> list[int]:
        """Take one count more of each id that is there, and give those: they stay until `release`."""
        with self._lock:
            held = [entry for handle_id in handle_ids if (entry := self._entries.get(handle_id)) is not None]
            for entry in held:
                entry.count += 1
            return [entry.id for entry in held]

    def is_pending(self, handle_id: int) -> bool:
        """Tell whether `get` would wait for this id."""
        entry = self._entries.get(handle_id)
        return entry is not None and entry.kind is Kind.PENDING

    def name_or_count(self, handle_id: int, kind: Kind, target: Any, key: bytes) -> int:
        """As `name`, but an object that has an id already keeps it, with one count more; give the id (I2).

        Raises:
            OperationError: as for `name`.
        """
        with self._lock:
            known = self._by_key.get((kind, key))
            if known is not None:
                known.count += 1
                return known.id
        self.name(handle_id, kind, target, key)
        return handle_id

    def fail(self, handle_ids: Iterable[int], failure: Failure) -> None:
        """Let ids of the client's stand for a failure; one that is in use already stays what it is (O1)."""
        with self._lock:
            for handle_id in handle_ids:
                if ids.is_client_id(handle_id) and handle_id not in self._entries:
                    self._add(Entry(handle_id, Kind.FAILED, failure, None))

    def hand_out(self, kind: Kind, target: Any, key: bytes | None) -> int:
        """Give the id under which `target` goes to the client, with one count more (I2, R1)."""
        with self._lock:
            known = None if key is None else self._by_key.get((kind, key))
            if known is not None:
                known.count += 1
                return known.id
            entry = Entry(self._next_id(), kind, target, key)
            self._add(entry)
            return entry.id

    def find(self, kind: Kind, key: bytes) -> Entry | None:
        """Give the entry of an object; None: it has none."""
        return self._by_key.get((kind, key))

    def _add(self, entry: Entry) -> None:
        self._entries[entry.id] = entry
        if entry.key is not None:
            # A second name for an object, as of two searches for one actor, leaves it the first one.
            self._by_key.setdefault((entry.kind, entry.key), entry)

    def get(self, handle_id: int, *kinds: Kind) -> Entry:
        """Give the entry of an id, which must be of one of these kinds, or of any if none is named.

        Waits for one that is pending.

        Raises:
            FailedObjectError: the object has failed, and a failed one was not asked for.
            OperationError: the id is unknown, or stands for something else.
        """
        entry = self._entries.get(handle_id)
        if entry is None:
            raise refused(
                Failure.UNKNOWN_OBJECT,
                f"the session has no object {handle_id}: it was released before, or never existed",
                id=str(handle_id),
            )
        if entry.kind is Kind.PENDING and entry.settled is not None:
            entry.settled.wait()
        if kinds and entry.kind not in kinds:
            if entry.kind is Kind.FAILED:
                raise FailedObjectError(entry.target)
            wanted = " or ".join(kind.value for kind in kinds)
            raise refused(Failure.INVALID_ARGUMENT, f"{handle_id} is of kind {entry.kind.value}, not {wanted}")
        return entry

    def release(self, handle_id: int, count: int) -> Entry | None:
        """Take counts back; give the entry if that was the last. An id that is not there is passed over (R2)."""
        with self._lock:
            entry = self._entries.get(handle_id)
            if entry is None:
                return None
            entry.count -= count
            if entry.count > 0:
                return None
            del self._entries[handle_id]
            if entry.key is not None and self._by_key.get((entry.kind, entry.key)) is entry:
                del self._by_key[(entry.kind, entry.key)]
        # With the entry Ray's object dies: outside of the lock, since Ray then runs code of its own.
        return entry

    def clear(self) -> None:
        """Let go of everything (R4)."""
        with self._lock:
            entries, self._entries = self._entries, {}
            self._by_key = {}
        entries.clear()
