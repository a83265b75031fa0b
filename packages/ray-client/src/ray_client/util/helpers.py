"""Results as they come."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ray_client.tracebacks import shorten_all

__all__ = ["as_completed", "map_unordered"]


def as_completed(
    refs: Sequence[Any], *, chunk_size: int = 10, yield_obj_refs: bool = False, **wait_options: Any
) -> Iterator[Any]:
    """Yield the values of `refs`, or with `yield_obj_refs` the refs, whenever `chunk_size` of them are ready.

    Raises:
        ValueError: `chunk_size` is less than 1, or `num_returns` was given.
    """
    import ray_client

    if chunk_size < 1:
        raise ValueError("`chunk_size` must be >= 1")
    if "num_returns" in wait_options:
        raise ValueError("Use the `chunk_size` argument instead of `num_returns`.")
    left = list(refs)
    while left:
        ready, left = ray_client.wait(left, num_returns=min(chunk_size, len(left)), **wait_options)
        yield from ready if yield_obj_refs else ray_client.get(ready)


def map_unordered(
    fn: Any,
    items: Iterable[Any],
    *,
    backpressure_size: int | None = 100,
    chunk_size: int = 10,
    yield_obj_refs: bool = False,
    **wait_options: Any,
) -> Iterator[Any]:
    """Yield what the remote function gives for each item, whenever `chunk_size` of them are ready.

    At most `backpressure_size` tasks are under way at once; None: all of them.

    Raises:
        ValueError: `chunk_size` or `backpressure_size` is less than 1, or `num_returns` was given.
    """
    import ray_client

    if backpressure_size is not None and backpressure_size <= 0:
        raise ValueError(f"`backpressure_size` must be None or above 0, and is {backpressure_size}")
    if chunk_size < 1:
        raise ValueError("`chunk_size` must be >= 1")
    if "num_returns" in wait_options:
        raise ValueError("Use the `chunk_size` argument instead of `num_returns`.")
    waiting = iter(items)
    under_way: list[Any] = []
    while True:
        room = None if backpressure_size is None else backpressure_size - len(under_way)
        under_way += [fn.remote(item) for item in itertools.islice(waiting, room)]
        if not under_way:
            return
        count = min(chunk_size, len(under_way))
        ready, under_way = ray_client.wait(under_way, num_returns=count, **wait_options)
        yield from ready if yield_obj_refs else ray_client.get(ready)


shorten_all(globals())
