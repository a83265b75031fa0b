"""A pool of actors with the interface of `multiprocessing.Pool`."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from ray_client.tracebacks import shorten_all
from ray_client.util.multiprocessing._results import AsyncResult, IMapIterator

if TYPE_CHECKING:
    from concurrent.futures import Future
    from types import TracebackType

__all__ = ["AsyncResult", "IMapIterator", "Pool"]

log = logging.getLogger(__name__)

_CHUNKS_PER_ACTOR = 4  #: as in Python's own pools: enough to even out what takes longer

#: A call of the user's function.
_Call = tuple[Sequence[Any], Mapping[str, Any]]


@functools.cache
def _actor_class() -> type:
    """Give the class whose instances do the work. It is made here, and so travels by value: Ray's own is not public."""

    class PoolActor:
        def __init__(self, initializer: Callable[..., object] | None, initargs: Iterable[Any]) -> None:
            if initializer is not None:
                initializer(*initargs)

        def ping(self) -> None:
            """Answer once the initializer has run."""

        def run_batch(self, func: Callable[..., Any], calls: Sequence[_Call]) -> list[tuple[bool, Any]]:
            """Give for each call whether it succeeded, and what it returned or raised."""
            outcomes: list[tuple[bool, Any]] = []
            for args, kwargs in calls:
                try:
                    outcomes.append((True, func(*args, **kwargs)))
                except Exception as error:  # noqa: BLE001 - the user's function may raise anything
                    outcomes.append((False, error))
            return outcomes

    return PoolActor


class Pool:
    """Actors that call functions. Leaving its `with` block ends it."""

    def __init__(
        self,
        processes: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] | None = None,
        maxtasksperchild: int | None = None,
        context: Any = None,
        ray_address: str | None = None,
        ray_remote_args: dict[str, Any] | None = None,
    ) -> None:
        """Start the actors, and wait until they are there.

        Args:
            processes: how many; None: as many as the cluster has CPUs.
            initializer: called in each actor before anything else.
            initargs: its arguments.
            maxtasksperchild: how many chunks of work an actor does before another takes its place; None: any number.
            context: taken for the sake of `multiprocessing.Pool`; it means nothing here.
            ray_address: where to open a session if none is open.
            ray_remote_args: options of the actors.

        Raises:
            ValueError: the number is not more than 0, or more than the cluster has CPUs.
            ActorDiedError: the initializer raised.
            ConnectError: no session is open, and none can be opened.
        """
        import ray_client

        if context is not None:
            log.warning("the context %r of this pool is passed over: on a cluster there is nothing to fork", context)
        if not ray_client.is_initialized():
            ray_client.init(ray_address)
        cpus = int(ray_client.cluster_resources().get("CPU", 0))
        count = cpus if processes is None else processes
        if count <= 0:
            raise ValueError("Processes in the pool must be >0.")
        if count > cpus:
            raise ValueError(
                f"Tried to start a pool with {count} processes on an existing ray cluster, but there are only {cpus} "
                "CPUs in the ray cluster."
            )
        options = {"num_cpus": 0, **(ray_remote_args or {})}
        self._class: Any = ray_client.remote(_actor_class()).options(**options)
        self._init_arguments = initializer, tuple(initargs or ())
        self._chunks_per_life = maxtasksperchild
        self._actors = [self._start() for _ in range(count)]
        self._chunks_done = [0] * count
        self._next_place = cycle(range(count)).__next__
        self._endings: list[Any] = []
        self._is_closed = False
        ray_client.get([actor.ping.remote() for actor in self._actors])

    def _start(self) -> Any:
        return self._class.remote(*self._init_arguments)

    # One call

    def apply(
        self, func: Callable[..., Any], args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Call a function in one of the actors; give what it returns, or raise what it raises.

        Raises:
            ValueError: the pool is closed.
        """
        return self.apply_async(func, args, kwargs).get()

    def apply_async(
        self,
        func: Callable[..., Any],
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        callback: Callable[[Any], object] | None = None,
        error_callback: Callable[[BaseException], object] | None = None,
    ) -> AsyncResult:
        """Call a function in one of the actors, without waiting.

        Raises:
            ValueError: the pool is closed.
        """
        self._check_running()
        future = self._run(self._next_place(), func, [(tuple(args or ()), dict(kwargs or {}))])
        return AsyncResult([future], callback, error_callback, is_single=True)

    # Many calls

    def map(self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = None) -> list[Any]:
        """Give what the function returns for each element, in their order; raises what it raises first.

        Raises:
            ValueError: the pool is closed.
        """
        return list(self.map_async(func, iterable, chunksize).get())

    def map_async(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,
        callback: Callable[[list[Any]], object] | None = None,
        error_callback: Callable[[BaseException], object] | None = None,
    ) -> AsyncResult:
        """Do as `map` without waiting.

        Raises:
            ValueError: the pool is closed.
        """
        self._check_running()
        calls: list[_Call] = [((element,), {}) for element in iterable]
        return self._run_all(func, calls, chunksize, callback, error_callback)

    def starmap(
        self, func: Callable[..., Any], iterable: Iterable[Iterable[Any]], chunksize: int | None = None
    ) -> list[Any]:
        """Do as `map`, with each element as the arguments of a call.

        Raises:
            ValueError: the pool is closed.
        """
        self._check_running()
        return list(self._run_all(func, [(tuple(args), {}) for args in iterable], chunksize).get())

    def starmap_async(
        self,
        func: Callable[..., Any],
        iterable: Iterable[Iterable[Any]],
        callback: Callable[[list[Any]], object] | None = None,
        error_callback: Callable[[BaseException], object] | None = None,
    ) -> AsyncResult:
        """Do as `starmap` without waiting.

        Raises:
            ValueError: the pool is closed.
        """
        self._check_running()
        return self._run_all(func, [(tuple(args), {}) for args in iterable], None, callback, error_callback)

    def imap(self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = 1) -> IMapIterator:
        """Give an iterator of what the function returns, in order. Each actor has one chunk at a time.

        Raises:
            ValueError: the pool is closed.
        """
        return self._imap(func, iterable, chunksize, is_ordered=True)

    def imap_unordered(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = 1
    ) -> IMapIterator:
        """Give an iterator of what the function returns, as it comes. Each actor has one chunk at a time.

        Raises:
            ValueError: the pool is closed.
        """
        return self._imap(func, iterable, chunksize, is_ordered=False)

    def _imap(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None, is_ordered: bool
    ) -> IMapIterator:
        self._check_running()
        size = chunksize or (self._default_chunksize(len(iterable)) if isinstance(iterable, Sequence) else 1)
        elements = iter(iterable)

        def next_chunk() -> list[_Call]:
            return [((element,), {}) for element in islice(elements, size)]

        chunks: Iterator[list[_Call]] = iter(next_chunk, [])
        return IMapIterator(chunks, len(self._actors), lambda place, chunk: self._run(place, func, chunk), is_ordered)

    def _run_all(
        self,
        func: Callable[..., Any],
        calls: list[_Call],
        chunksize: int | None,
        callback: Callable[[Any], object] | None = None,
        error_callback: Callable[[BaseException], object] | None = None,
    ) -> AsyncResult:
        size = chunksize or self._default_chunksize(len(calls))
        chunks = (calls[start : start + size] for start in range(0, len(calls), size or 1))
        futures = [self._run(place % len(self._actors), func, chunk) for place, chunk in enumerate(chunks)]
        return AsyncResult(futures, callback, error_callback)

    def _default_chunksize(self, count: int) -> int:
        return -(-count // (len(self._actors) * _CHUNKS_PER_ACTOR))

    def _run(self, place: int, func: Callable[..., Any], chunk: list[_Call]) -> Future[list[tuple[bool, Any]]]:
        """Have the actor at a place do a chunk; it makes room for another once it has done enough."""
        future: Future[list[tuple[bool, Any]]] = self._actors[place].run_batch.remote(func, chunk).future()
        self._chunks_done[place] += 1
        if self._chunks_done[place] == self._chunks_per_life:
            self._endings.append(self._actors[place].__ray_terminate__.remote())
            self._actors[place] = self._start()
            self._chunks_done[place] = 0
        return future

    # The end

    def close(self) -> None:
        """Take no more work; what was given is still done."""
        if not self._is_closed:
            self._is_closed = True
            self._endings += [actor.__ray_terminate__.remote() for actor in self._actors]

    def terminate(self) -> None:
        """Take no more work, and end what is being done."""
        import ray_client

        self.close()
        for actor in self._actors:
            ray_client.kill(actor)

    def join(self) -> None:
        """Wait until the actors of a closed pool have ended.

        Raises:
            ValueError: the pool is not closed.
        """
        import ray_client

        if not self._is_closed:
            raise ValueError("Pool is still running")
        if self._endings:
            ray_client.wait(self._endings, num_returns=len(self._endings))

    def __enter__(self) -> Pool:
        self._check_running()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.terminate()

    def _check_running(self) -> None:
        if self._is_closed:
            raise ValueError("Pool not running")


shorten_all(globals())
