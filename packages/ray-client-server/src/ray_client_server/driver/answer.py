"""Where the replies to an operation go."""

from __future__ import annotations

import itertools
from typing import Protocol

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import Done, Reply
from ray_client_proto.v1.payload_pb2 import Payload


class Sink(Protocol):
    """Takes replies: of the data channel, or of one unary call. Safe from any thread."""

    def deliver(self, reply: Reply, more_follow: bool = False) -> None:
        """Take a reply; never blocks. One that more follow to the same request may wait for them a little."""

    def wait_for_room(self) -> None:
        """Return when a value may be delivered; blocks while the client is far behind (D4)."""

    def skip(self, request_id: int) -> None:
        """Learn that one reply to this request will not come, since the client does not want it any more (O2)."""

    def is_forgotten(self, request_id: int) -> bool:
        """Tell whether the client has said that it no longer wants the replies."""


class Answer:
    """The place of one operation's replies."""

    __slots__ = ("_count", "_given", "is_wanted", "request_id", "sink")

    def __init__(self, request_id: int, sink: Sink, count: int) -> None:
        """Prepare for `count` replies; none are wanted if it is 0."""
        self.request_id, self.sink, self.is_wanted = request_id, sink, count > 0
        self._count = count
        self._given = itertools.count(1)  # replies come from several threads, and this counts without a lock

    def value(self, payload: Payload, index: int = 0) -> None:
        """Answer with a value."""
        self._deliver(Reply(request_id=self.request_id, index=index, value=payload))

    def failure(self, failure: Failure, index: int = 0) -> None:
        """Answer that it failed."""
        self._deliver(Reply(request_id=self.request_id, index=index, failure=failure))

    def _deliver(self, reply: Reply) -> None:
        self.sink.deliver(reply, more_follow=next(self._given) < self._count)

    def done(self) -> None:
        """Answer that it is done, if an answer is wanted."""
        if self.is_wanted:
            self.sink.deliver(Reply(request_id=self.request_id, done=Done()))

    def reply(self, reply: Reply) -> None:
        """Answer with something else, if an answer is wanted."""
        if self.is_wanted:
            reply.request_id = self.request_id
            self.sink.deliver(reply)
