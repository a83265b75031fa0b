"""Unary forms (docs/protocol.md, rule O9), through the handlers of the data channel; a connection for each."""

from __future__ import annotations

import threading
from typing import Any, Final

from google.protobuf.message import DecodeError

from ray_client_proto.sockets import MessageSocket
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import Get, Operation, Put, QueryCluster, Replies, Reply, Wait
from ray_client_proto.wire import calls
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.bounds import check_objects
from ray_client_server.driver.errors import OperationError, refused
from ray_client_server.driver.session import DriverSession

_SCHEDULES: Final = frozenset(("export", "schedule_task", "create_actor", "call_actor", "release"))

#: What the message of a form is, and in which field of an operation it belongs; that of `Schedule` is one.
_KINDS: Final[dict[bytes, tuple[Any, str]]] = {
    calls.FORMS["GetObjects"]: (Get, "get"),
    calls.FORMS["PutObject"]: (Put, "put"),
    calls.FORMS["WaitForObjects"]: (Wait, "wait"),
    calls.FORMS["Query"]: (QueryCluster, "query_cluster"),
}


class CallService:
    """Serves calls. Each has a thread of its own, which calls `serve`."""

    def __init__(self, session: DriverSession) -> None:
        self._session = session

    def serve(self, connection: MessageSocket) -> None:
        """Carry out the one call that comes, and stay until its sender is content with the answer, or gone.

        Raises:
            OSError: the connection is gone.
        """
        message = connection.receive()
        if message is None:
            return
        sink = _OneAnswer(connection)
        try:
            operation = _operation(message)
            if operation.WhichOneof("kind") == "get":
                check_objects(len(operation.get.object_ids))
                sink.count = len(operation.get.object_ids)
            self._session.carry_single(operation, Answer(operation.request_id, sink, sink.count))
        except OperationError as error:
            _say(connection, calls.FAILURE, error.failure)
        else:
            if not sink.count:
                sink.say()
        try:
            while connection.receive() is not None:
                pass  # there is nothing to say after the call
        finally:
            sink.is_gone = True


class _OneAnswer:
    """The replies to one call, sent once all are there. Safe from any thread."""

    def __init__(self, connection: MessageSocket) -> None:
        self._connection = connection
        self._lock = threading.Lock()  # replies come from several threads
        self._replies: list[Reply] = []
        self.count = 1  #: of replies that will come
        self.is_gone = False  #: whoever wanted the answer

    def deliver(self, reply: Reply, more_follow: bool = False) -> None:
        """Take a reply."""
        with self._lock:
            self._replies.append(reply)
            is_last = len(self._replies) == self.count
        if is_last:
            self.say()

    def say(self) -> None:
        """Send what there is, as the whole answer."""
        self._replies.sort(key=lambda reply: reply.index)
        _say(self._connection, calls.REPLIES, Replies(replies=self._replies))

    def wait_for_room(self) -> None:
        """Return at once: a call has as many replies as it asked for."""

    def skip(self, request_id: int) -> None:
        """Nobody is there any more for whom to count."""

    def is_forgotten(self, request_id: int) -> bool:
        """Tell whether nobody waits for the answer any more."""
        return self.is_gone


def _say(connection: MessageSocket, kind: bytes, answer: Replies | Failure) -> None:
    connection.post(kind + answer.SerializeToString())
    connection.finish()


def _operation(message: bytes) -> Operation:
    """Give what a call asks for.

    Raises:
        OperationError: it makes no sense.
    """
    form, body = message[:1], message[1:]
    try:
        if form in _KINDS:
            make, field = _KINDS[form]
            return Operation(**{field: make.FromString(body)})
        operation = Operation.FromString(body)
    except DecodeError as error:
        raise refused(Failure.PROTOCOL_VIOLATION, f"O9: {error}") from error
    kind = operation.WhichOneof("kind")
    if form != calls.FORMS["Schedule"] or kind not in _SCHEDULES:
        raise refused(Failure.INVALID_ARGUMENT, f"Schedule takes {', '.join(sorted(_SCHEDULES))}, not {kind}")
    return operation
