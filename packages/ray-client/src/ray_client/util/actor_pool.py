"""A fixed set of actors that share work."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ray_client.tracebacks import shorten_all, shortening

__all__ = ["ActorPool"]

_Call = Callable[[Any, Any], Any]


class ActorPool:
    """Gives each piece of work to an actor that is idle.

    Invariant: each actor is idle or has one piece of work; work waits only while no actor is idle.
    Not thread-safe.
    """

    def __init__(self, actors: Iterable[Any]) -> None:
        self._idle = list(actors)
        self._waiting: deque[tuple[_Call, Any]] = deque()
        self._under_way: dict[int, tuple[Any, Any]] = {}  # number of the submission -> (result, actor)
        self._next_submission = 0
        self._next_in_order = 0

    def map(self, fn: _Call, values: Iterable[Any]) -> Iterator[Any]:
        """Give an iterator over `fn(actor, value)` for each value, in their order."""
        return self._map(fn, values, self.get_next)

    def map_unordered(self, fn: _Call, values: Iterable[Any]) -> Iterator[Any]:
        """Give an iterator over `fn(actor, value)` for each value, as results come."""
        return self._map(fn, values, self.get_next_unordered)

    def _map(self, fn: _Call, values: Iterable[Any], take: Callable[..., Any]) -> Iterator[Any]:
        while self.has_next():  # what was submitted before is given up
            try:
                take(timeout=0, ignore_if_timedout=True)
            except TimeoutError:
                continue
        for value in values:
            self.submit(fn, value)

        @shortening
        def results() -> Iterator[Any]:
            while self.has_next():
                yield take()

        return results()

    def submit(self, fn: _Call, value: Any) -> None:
        """Have an idle actor do `fn(actor, value)`, now or as soon as there is one."""
        if not self._idle:
            self._waiting.append((fn, value))
            return
        actor = self._idle.pop()
        self._under_way[self._next_submission] = fn(actor, value), actor
        self._next_submission += 1

    def has_next(self) -> bool:
        """Tell whether there is a result to wait for."""
        return bool(self._under_way)

    def get_next(self, timeout: float | None = None, ignore_if_timedout: bool = False) -> Any:
        """Give the next result in the order of submission.

        Raises:
            StopIteration: there is none.
            ValueError: `get_next_unordered` was used before.
            TimeoutError: it did not come within `timeout` seconds; with `ignore_if_timedout` it is given up.
        """
        if not self.has_next():
            raise StopIteration("No more results to get")
        if self._next_in_order >= self._next_submission:
            raise ValueError("It is not allowed to call get_next() after get_next_unordered().")
        return self._take([self._next_in_order], timeout, ignore_if_timedout)

    def get_next_unordered(self, timeout: float | None = None, ignore_if_timedout: bool = False) -> Any:
        """Give any result that is ready next.

        Raises:
            StopIteration: there is none.
            TimeoutError: none came within `timeout` seconds; with `ignore_if_timedout` the oldest is given up.
        """
        if not self.has_next():
            raise StopIteration("No more results to get")
        return self._take(list(self._under_way), timeout, ignore_if_timedout)

    def _take(self, numbers: list[int], timeout: float | None, is_given_up: bool) -> Any:
        import ray_client

        refs = {self._under_way[number][0]: number for number in numbers}
        ready, _ = ray_client.wait(list(refs), num_returns=1, timeout=timeout)
        if not ready and not is_given_up:
            raise TimeoutError("Timed out waiting for result")
        number = refs[ready[0]] if ready else numbers[0]
        ref, actor = self._under_way.pop(number)
        self._next_in_order = max(self._next_in_order, number + 1)
        if not ready:
            self._return(actor)
            raise TimeoutError(f"Timed out waiting for result. The task {ref} has been ignored.")
        try:
            value = ray_client.get(ref)
        except ray_client.exceptions.ActorDiedError:
            self._start_waiting()  # without the dead actor
            raise
        except BaseException:
            self._return(actor)
            raise
        self._return(actor)
        return value

    def _return(self, actor: Any) -> None:
        self._idle.append(actor)
        self._start_waiting()

    def _start_waiting(self) -> None:
        if self._waiting and self._idle:
            self.submit(*self._waiting.popleft())

    def has_free(self) -> bool:
        """Tell whether an actor is idle."""
        return bool(self._idle) and not self._waiting

    def pop_idle(self) -> Any:
        """Give an idle actor and take it out of the pool; None if there is none."""
        return self._idle.pop() if self.has_free() else None

    def push(self, actor: Any) -> None:
        """Take an actor into the pool.

        Raises:
            ValueError: it is in the pool already.
        """
        if actor in self._idle or any(actor == busy for _, busy in self._under_way.values()):
            raise ValueError("Actor already belongs to current ActorPool")
        self._return(actor)


shorten_all(globals())
