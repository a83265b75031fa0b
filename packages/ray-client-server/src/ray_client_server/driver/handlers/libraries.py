"""Operations on Ray's libraries, which run in this process."""

from __future__ import annotations

from ray_client_proto.v1.operation_pb2 import CallLibrary, InterruptLibrary
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.holdings import Holdings


def call_library(holdings: Holdings, message: CallLibrary, answer: Answer) -> None:
    """Call a function in this process; the answer comes when that is done (X1)."""
    if answer.is_wanted:
        holdings.library.begin(message, answer)


def interrupt_library(holdings: Holdings, message: InterruptLibrary, answer: Answer) -> None:
    """Pass on a Ctrl-C, and answer whether there was a call to take it (X4)."""
    is_taken = holdings.library.interrupt(message.request_id)
    if answer.is_wanted:
        answer.value(holdings.codec.encode(is_taken))
