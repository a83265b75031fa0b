"""Much data: in bounded memory on both sides, in few round trips, and large things in one piece."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy
import pytest
from gateway import Gateway

import ray_client as ray
from ray_client import data

MEBIBYTE = 1 << 20

FRAMES = """
import sys
import numpy, pandas
import ray_client as ray
from ray_client import data

ray.init(sys.argv[1], log_to_driver=False)
sent = pandas.DataFrame({"a": numpy.arange(10_000_000), "b": numpy.random.default_rng(3).random(10_000_000)})
assert sent.memory_usage().sum() >= 160_000_000
got = data.from_pandas(sent).to_pandas()
pandas.testing.assert_frame_equal(got, sent)
[table] = data.from_pandas(sent).repartition(1).iter_batches(batch_size=None, batch_format="pyarrow")
assert type(table).__module__ == "pyarrow.lib" and table.num_rows == len(sent)
print("frames are equal")
"""


def own_memory(pid: int | str = "self") -> int:
    """Give what a process holds for itself, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_4_gib_are_iterated_slowly_in_bounded_memory(context: ray.ClientContext) -> None:
    """X5"""
    ds = data.range_tensor(4096, shape=(MEBIBYTE // 8,))  # of a MiB each
    batches = iter(ds.iter_batches(batch_size=16))
    next(batches)
    driver = context.run(os.getpid)
    before, before_there, rows = own_memory(), own_memory(driver), 16
    most = most_there = 0
    for number, batch in enumerate(batches):
        rows += len(batch["data"])
        del batch
        if number < 20:
            time.sleep(0.2)
        if number % 8 == 0:
            most, most_there = max(most, own_memory()), max(most_there, own_memory(driver))
    assert rows == 4096
    assert most - before < 200 * MEBIBYTE
    assert most_there - before_there < 400 * MEBIBYTE


@pytest.mark.timeout(180)
def test_an_array_of_160_mb_goes_there_and_back(context: ray.ClientContext) -> None:
    array = numpy.random.default_rng(3).random(20_000_000)
    ds = data.from_numpy(array)
    assert numpy.array_equal(numpy.concatenate([batch["data"] for batch in ds.iter_batches(batch_size=None)]), array)
    assert numpy.array_equal(numpy.concatenate([part["data"] for part in ray.get(ds.to_numpy_refs())]), array)


@pytest.mark.timeout(300)
def test_a_frame_of_160_mb_goes_there_and_back(gateway: Gateway) -> None:
    python = os.environ.get("RAY_CLIENT_FRAMES_PYTHON")
    if not python:
        pytest.skip("RAY_CLIENT_FRAMES_PYTHON names no environment with pandas and pyarrow")
    command = [python, "-c", FRAMES, gateway.address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.stdout.endswith("frames are equal\n"), done.stderr[-2000:]


def test_a_hundred_thousand_rows_take_less_than_a_thousand_round_trips(
    context: ray.ClientContext, monkeypatch: Any
) -> None:
    """X5"""
    asked: list[int] = []
    request = context._session.request
    monkeypatch.setattr(context._session, "request", lambda *args: asked.append(1) or request(*args))
    rows = data.range(100_000).iter_rows()
    assert sum(row["id"] for row in rows) == 4_999_950_000
    assert len(asked) < 1000
    first = len(asked)
    assert len(data.range(100_000).take_all()) == 100_000
    assert len(asked) < first + 5
