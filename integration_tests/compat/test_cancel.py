"""Cancelling."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from processes import poll

import ray_client as ray
from ray_client import exceptions


@ray.remote(max_retries=0)
def run(started: str) -> None:
    Path(started).touch()
    while True:
        time.sleep(0.01)


def test_a_running_task(tmp_path: Path) -> None:
    started = tmp_path / "started"
    ref = run.remote(str(started))
    assert poll(started.exists, within_s=60)
    ray.cancel(ref)
    with pytest.raises((exceptions.TaskCancelledError, exceptions.RayTaskError)):
        ray.get(ref)


def test_a_running_task_by_force(tmp_path: Path) -> None:
    started = tmp_path / "started"
    ref = run.remote(str(started))
    assert poll(started.exists, within_s=60)
    ray.cancel(ref, force=True)
    with pytest.raises((exceptions.TaskCancelledError, exceptions.WorkerCrashedError)):
        ray.get(ref)


def test_a_call_of_an_async_actor() -> None:
    @ray.remote(num_cpus=0)
    class Sleeper:
        def __init__(self) -> None:
            self.sleeping = asyncio.Event()

        async def sleep(self) -> None:
            self.sleeping.set()
            await asyncio.sleep(1000)

        async def is_sleeping(self) -> bool:
            return await self.sleeping.wait()

    sleeper = Sleeper.remote()
    ref = sleeper.sleep.remote()
    assert ray.get(sleeper.is_sleeping.remote())
    ray.cancel(ref)
    with pytest.raises(exceptions.TaskCancelledError):
        ray.get(ref)
    assert ray.get(sleeper.is_sleeping.remote())


def test_a_finished_task() -> None:
    ref = ray.remote(lambda: "done").remote()
    assert ray.get(ref) == "done"
    ray.cancel(ref)
    assert ray.get(ref) == "done"
