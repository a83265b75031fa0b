"""Getting values, with and without a time-out."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING, Any

from ray_client.exceptions import GetTimeoutError
from ray_client.session.pending import settle
from ray_client.session.timeouts import await_word, is_short, verdict
from ray_client_proto.v1 import operation_pb2 as op

if TYPE_CHECKING:
    from ray_client.session.session import Session


class Get:
    """A request for values that is under way; `wait` for it and `take` them, or `abandon` it."""

    def __init__(self, session: Session, object_ids: list[int], timeout_s: float | None, is_urgent: bool) -> None:
        """Ask for the values; an urgent request does not wait for room.

        Raises:
            SessionError: the session has ended, or belongs to the parent process.
        """
        self._session, self._timeout_s, self._word_id = session, timeout_s, 0
        get = op.Operation(get=op.Get(object_ids=object_ids))
        self._id, self._replies = session.request(get, len(object_ids), is_urgent)
        if not is_short(timeout_s):
            self._settled: Future[Any] = settle(self._replies)
            return
        wait = op.Wait(object_ids=object_ids, num_returns=len(object_ids), timeout_s=timeout_s, fetch_local=True)
        self._word_id, (word,) = session.request(op.Operation(wait=wait), is_urgent=is_urgent)
        self._settled = verdict(self._replies, word)

    def when_settled(self, callback: Callable[[Future[Any]], object]) -> None:
        """Have `callback` called, in any thread, once `wait` would return at once."""
        self._settled.add_done_callback(callback)

    def wait(self) -> None:
        """Wait until the values are there, or one of them has failed; if this raises, they are abandoned.

        Raises:
            GetTimeoutError: that took too long.
        """
        try:
            if await_word(self._session, self._settled, self._timeout_s) is False:
                raise timed_out(len(self._replies))
        except FutureTimeoutError:
            self.abandon()
            raise timed_out(len(self._replies)) from None
        except BaseException:
            self.abandon()
            raise

    def take(self) -> list[Any]:
        """Give the values.

        Raises:
            BaseException: the first failure among them; or a value cannot be unpickled here.
        """
        self._forget_word()
        return self._session.take_values(self._id, self._replies)

    def abandon(self) -> None:
        """Want nothing of it any more."""
        self._forget_word()
        self._session.abandon(self._id, self._replies)

    def _forget_word(self) -> None:
        if self._word_id:
            self._session.forget(self._word_id, 1)


def timed_out(count: int) -> GetTimeoutError:
    """Give the error for a get of so many objects that took too long."""
    return GetTimeoutError(
        f"Get timed out: {count} object(s) asked for, and some not ready in time. Increase the timeout, or "
        "check that the cluster has the resources that their tasks want."
    )
