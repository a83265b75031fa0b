"""Time-outs: what they may be, and how long the driver's word is waited for beyond them."""

from __future__ import annotations

import math
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from typing import Any, Final, Protocol, TypeVar

from ray_client.session.blocking import InterruptibleFuture
from ray_client.session.pending import settle
from ray_client_proto.v1 import operation_pb2 as op

T = TypeVar("T")

#: A shorter time-out may be over before the driver can have said what is ready. So its word is waited for, up to this
#: long after the call: over a slow network a time-out of 0 gives what is there, as in Ray. A driver that is busy with
#: something else, or a network that swallows everything, costs a caller no more than this; one that is known to be cut
#: costs nothing.
ANSWER_S: Final = 2.0

#: The driver says what is ready at the end of a `wait`, and its word may be so long on its way.
WORD_S: Final = 1.0

_LONGEST_MS: Final = 2**63 - 1  #: Ray counts milliseconds in so many bits


class Attachable(Protocol):
    """A session, as far as a wait goes."""

    @property
    def is_attached(self) -> bool: ...


def seconds(timeout: Any) -> float | None:
    """Give a time-out in seconds, and None for none.

    Raises:
        TypeError: it is no number.
        ValueError: it is not a number.
        OverflowError: it is infinite, or longer than Ray can count.
    """
    if timeout is None:
        return None
    try:
        if isinstance(timeout, str | bytes):
            raise TypeError
        timeout_s = float(timeout)
    except TypeError:
        raise TypeError(
            f"a timeout is a number of seconds, or None for no limit, not {timeout!r} of {type(timeout)}"
        ) from None
    if math.isnan(timeout_s):
        raise ValueError("a timeout is a number of seconds, or None for no limit, not nan")
    if abs(timeout_s) * 1000 > _LONGEST_MS:
        raise OverflowError(f"a timeout of {timeout!r} s is longer than Ray can count; None waits without a limit")
    return timeout_s


def get_seconds(timeout: Any) -> float | None:
    """Give the time-out of a get in seconds, as `seconds` does: -1 is none, and what lies below means 0.

    Ray's own process ends when anything else below 0 meets an object that is not ready.
    """
    timeout_s = seconds(timeout)
    return None if timeout_s is None or timeout_s == -1 else max(timeout_s, 0.0)


def is_short(timeout_s: float | None) -> bool:
    """Tell whether the driver must say what is ready, since the values alone may come too late."""
    return timeout_s is not None and timeout_s < ANSWER_S


def more_s(session: Attachable, timeout_s: float, least_s: float = 0.0) -> float:
    """Give the seconds that the driver's word is waited for once a time-out is over; 0 if it cannot come."""
    return max(ANSWER_S - timeout_s, least_s) if session.is_attached else 0.0


def await_word(session: Attachable, word: Future[T], timeout_s: float | None, least_s: float = 0.0) -> T:
    """Give what the driver says; a time-out that ends before its word can be here waits for that too.

    Raises:
        concurrent.futures.TimeoutError: it did not come.
    """
    try:
        return word.result(timeout_s)
    except FutureTimeoutError:
        longer_s = more_s(session, timeout_s or 0.0, least_s)
        if not longer_s and not word.done():
            raise
    return word.result(longer_s)


def verdict(replies: list[Future[op.Reply]], ready: Future[op.Reply]) -> Future[bool]:
    """Give a future that is True once the values are there, and False once the driver has said that some are not.

    Args:
        replies: one for each value.
        ready: of a `Wait` for the same objects, which says which of them are ready when the time is over.
    """
    decided: Future[bool] = InterruptibleFuture()

    def decide(is_there: bool) -> None:
        with suppress(InvalidStateError):  # it is decided already
            decided.set_result(is_there)

    def hear(ready: Future[op.Reply]) -> None:
        if ready.cancelled() or ready.exception() is not None or ready.result().HasField("failure"):
            return  # the replies say the same
        places = ready.result().ready.indexes
        if not places:
            decide(False)
        elif len(places) < len(replies):
            # One of those that are ready may be a failure, which counts more than that others are not.
            settle([replies[place] for place in places]).add_done_callback(lambda _: decide(False))

    settle(replies).add_done_callback(lambda _: decide(True))
    ready.add_done_callback(hear)
    return decided
