"""Generators of references: results that come one by one."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, NoReturn, TypeVar, final

from ray_client.handles.object_ref import ObjectRef, refuse_plain_pickle
from ray_client.handles.presented import Presented
from ray_client.tracebacks import shorten_all

if TYPE_CHECKING:
    from ray_client.session.session import Session

T = TypeVar("T", covariant=True)


class _Take(NamedTuple):
    """The next object, asked for: the answer to come, and the reference that it makes good."""

    reply: Future[Any]
    ref: ObjectRef[Any]


@final
class ObjectRefGenerator(Presented, Generic[T]):
    """What a streaming call returns: an iterator of `ObjectRef`, synchronous and asynchronous.

    Each `next` waits until the task has yielded the next object, and gives a reference to it. The
    task runs ahead of the reader no further than `_generator_backpressure_num_objects` allows. A `next` that was given
    up, by Ctrl-C or a time-out of asyncio's, loses nothing: the one after it gives that object.
    """

    __slots__ = ("__weakref__", "_given_up", "_handle_id", "_is_at_end", "_session")

    def __init__(self, session: Session, handle_id: int) -> None:
        self._session = session
        self._handle_id = handle_id
        #: What was asked for by a `next` that nobody waits for any more; its answer is as good for the one after it.
        self._given_up: deque[_Take] = deque()
        self._is_at_end = False

    def __iter__(self) -> Iterator[ObjectRef[T]]:
        return self

    def __next__(self) -> ObjectRef[T]:
        take = self._take_answered()
        self._raise_failure(take.reply.result())
        return take.ref

    def __aiter__(self) -> AsyncIterator[ObjectRef[T]]:
        return self

    async def __anext__(self) -> ObjectRef[T]:
        from ray_client.handles.awaiting import arrival  # loads asyncio, which an import of this package must not

        take = self._take_next()
        try:
            await arrival(take.reply)
        except BaseException:
            self._given_up.appendleft(take)
            raise
        try:
            self._raise_failure(take.reply.result())
        except StopIteration:
            raise StopAsyncIteration from None
        return take.ref

    def completed(self) -> ObjectRef[None]:
        """Give a reference that is ready when the task has ended; its value is the task's error, if it failed."""
        from ray_client.session import calls  # loads protobuf, which an import of this package must not

        return ObjectRef(self._session, calls.name_completion(self._session, self._handle_id))

    def is_finished(self) -> bool:
        """Whether all of its objects were taken, and the task has ended: `next` would raise `StopIteration`."""
        if not self._is_at_end and self._is_answer_ready():
            take = self._take_answered()  # one object at most: only that tells it from the end
            try:
                self._raise_failure(take.reply.result())
            except StopIteration:
                return True
            except Exception:  # noqa: BLE001 - `next` raises it
                pass
            self._given_up.appendleft(take)
        return self._is_at_end

    def next_ready(self) -> bool:
        """Whether the next object can be had without waiting."""
        return not self.is_finished() and self._is_answer_ready()

    def send(self, value: object) -> NoReturn:
        """Raise: nothing can be sent to a task that runs."""
        raise NotImplementedError("`gen.send` is not supported")

    def throw(self, value: object) -> NoReturn:
        """Raise: nothing can be raised in a task that runs; `ray.cancel(generator)` ends it."""
        raise NotImplementedError("`gen.throw` is not supported; ray.cancel(generator) ends the task")

    def close(self) -> NoReturn:
        """Raise: `ray.cancel(generator)` ends the task."""
        raise NotImplementedError("`gen.close` is not supported; ray.cancel(generator) ends the task")

    async def asend(self, value: object) -> NoReturn:
        """Raise as `send` does."""
        raise NotImplementedError("`gen.asend` is not supported")

    async def athrow(self, value: object) -> NoReturn:
        """Raise as `throw` does."""
        raise NotImplementedError("`gen.athrow` is not supported; ray.cancel(generator) ends the task")

    async def aclose(self) -> NoReturn:
        """Raise as `close` does."""
        raise NotImplementedError("`gen.aclose` is not supported; ray.cancel(generator) ends the task")

    def __repr__(self) -> str:
        return f"ObjectRefGenerator(#{self._handle_id} of session {self._session.id[:8]})"

    def __reduce__(self) -> NoReturn:
        raise refuse_plain_pickle(repr(self))

    def __del__(self) -> None:
        self._session.release(self._handle_id)

    def _take_next(self) -> _Take:
        from ray_client.session import calls  # loads protobuf, which an import of this package must not

        try:
            return self._given_up.popleft()
        except IndexError:
            object_id, reply = calls.take_next(self._session, self._handle_id)
            return _Take(reply, ObjectRef(self._session, object_id))

    def _take_answered(self) -> _Take:
        """Ask for the next object, and wait for the answer."""
        from ray_client.session.interrupts import interruptible  # loads protobuf

        take = self._take_next()
        try:
            with interruptible(self._session, [self._handle_id]):
                take.reply.result()
        except BaseException:
            self._given_up.appendleft(take)
            raise
        return take

    def _is_answer_ready(self) -> bool:
        """Tell whether `next` would not wait, be it for an object or for the word that there is none."""
        from ray_client.session import waits  # loads protobuf, which an import of this package must not

        return bool(waits.wait(self._session, [self._waited()], 1, 0.0, True))

    def _waited(self) -> int | Future[Any]:
        """Give what `wait` waits for: the driver's word about the next object, or the answer that is under way."""
        return self._given_up[0].reply if self._given_up else self._handle_id

    def _raise_failure(self, reply: Any) -> None:
        if reply.HasField("failure"):
            error = self._session.exception_of(reply.failure)
            self._is_at_end = isinstance(error, StopIteration)
            raise error


@final
class DynamicObjectRefGenerator(Generic[T]):
    """The value of a task with `num_returns="dynamic"`: the references that it yielded, all of them."""

    def __init__(self, refs: list[ObjectRef[T]]) -> None:
        self._refs = refs

    def __iter__(self) -> Iterator[ObjectRef[T]]:
        return iter(self._refs)

    def __len__(self) -> int:
        return len(self._refs)


shorten_all(globals(), but={"__init__"})
