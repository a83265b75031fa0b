"""What is measured of Ray's libraries: the same code natively and with the stand-ins of the client."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import Any

from cases import Fixture
from sizes import MEBIBYTE, MEGABYTE

_ROWS = 32  #: of a MiB each, in a batch


def library_first(fixture: Fixture) -> float:
    """The first use of Data in a process that has a session: natively it is imported here, else in the driver."""
    started = time.perf_counter()
    assert _data(fixture).DataContext.get_current() is not None
    return time.perf_counter() - started


def library_call(fixture: Fixture) -> float:
    """A method of an object in the driver, one call after the other."""
    context = _data(fixture).DataContext.get_current()
    look, count = context.get_config, fixture.sizes.small
    assert look("none", 1) == 1
    started = time.perf_counter()
    values = [look("none", number) for number in range(count)]
    elapsed_s = time.perf_counter() - started
    assert values == list(range(count))
    return elapsed_s / count


def library_batches(fixture: Fixture) -> dict[str, float]:
    """A materialized dataset of arrays by batches; and the arrays that it is made of, by `get`, of the same size."""
    ray, data, size_bytes = fixture.ray, _data(fixture), fixture.sizes.batches_bytes

    def make_rows() -> Any:
        import numpy

        return numpy.random.default_rng(7).integers(0, 1 << 63, (_ROWS, MEBIBYTE // 8))

    blocks = [ray.remote(make_rows).remote() for _ in range(size_bytes // MEBIBYTE // _ROWS)]
    ray.wait(blocks, num_returns=len(blocks))
    data.DataContext.get_current().enable_progress_bars = False
    dataset = data.from_numpy_refs(blocks).materialize()
    started = time.perf_counter()
    got_bytes = sum(ray.get(block).nbytes for block in blocks)
    get_s = time.perf_counter() - started
    started = time.perf_counter()
    iterated_bytes = sum(batch["data"].nbytes for batch in dataset.iter_batches(batch_size=_ROWS))
    iterate_s = time.perf_counter() - started
    assert got_bytes == iterated_bytes == size_bytes
    return {"get": get_s / (size_bytes / MEGABYTE), "iterate": iterate_s / (size_bytes / MEGABYTE)}


def _data(fixture: Fixture) -> Any:
    return importlib.import_module(f"{fixture.ray.__name__}.data")


CASES: dict[str, Callable[..., float | dict[str, float]]] = {
    case.__name__: case for case in (library_first, library_call, library_batches)
}
