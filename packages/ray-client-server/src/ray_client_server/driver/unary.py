"""Operations in their unary form, through the handlers of the data channel."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Final

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import Operation, Replies, Reply
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.errors import refused
from ray_client_server.driver.session import DriverSession

_LOOK_S: Final = 0.5  #: how often to look whether the caller is still there

SCHEDULES: Final = frozenset(("export", "schedule_task", "create_actor", "call_actor", "release"))


class CollectedReplies:
    """The replies to one unary call, gathered until all are there. Safe from any thread."""

    def __init__(self) -> None:
        self._replies: queue.SimpleQueue[Reply] = queue.SimpleQueue()

    def deliver(self, reply: Reply, more_follow: bool = False) -> None:
        """Take a reply."""
        self._replies.put(reply)

    def wait_for_room(self) -> None:
        """Return at once: a call has as many replies as it asked for."""

    def skip(self, request_id: int) -> None:
        """Nothing is forgotten here."""

    def is_forgotten(self, request_id: int) -> bool:
        """Nothing is forgotten here."""
        return False

    def collect(self, count: int, is_wanted: Callable[[], bool]) -> Replies:
        """Give `count` replies in the order of their index, or fewer once nobody wants them."""
        collected: list[Reply] = []
        while len(collected) < count and is_wanted():
            try:
                collected.append(self._replies.get(timeout=_LOOK_S))
            except queue.Empty:
                continue
        collected.sort(key=lambda reply: reply.index)
        return Replies(replies=collected)


def carry_out_unary(session: DriverSession, operation: Operation, is_wanted: Callable[[], bool]) -> Replies:
    """Carry out one operation and give all its replies.

    Raises:
        OperationError: the session has ended.
    """
    sink = CollectedReplies()
    count = len(operation.get.object_ids) if operation.WhichOneof("kind") == "get" else 1
    session.carry_single(operation, Answer(operation.request_id, sink, count))
    return sink.collect(count, is_wanted)


def schedulable(operation: Operation) -> Operation:
    """Give the operation if `Schedule` takes its kind.

    Raises:
        OperationError: it does not.
    """
    kind = operation.WhichOneof("kind")
    if kind not in SCHEDULES:
        raise refused(Failure.INVALID_ARGUMENT, f"Schedule takes {', '.join(sorted(SCHEDULES))}, not {kind}")
    return operation
