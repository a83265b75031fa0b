"""Cancelling tasks and actor calls."""

from __future__ import annotations

import asyncio
import time

import pytest

from conformance.api import exceptions, ray


@ray.remote
def sleep(seconds: float = 1000) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(0.01)
    return "slept"


@ray.remote
class Sleeper:
    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def sleep(self) -> None:
        self.begun.set()
        await asyncio.sleep(1000)

    async def wait_for_sleep(self) -> None:
        await self.begun.wait()

    async def hello(self) -> str:
        return "hello"


def test_a_running_task() -> None:
    @ray.remote
    def told(flag) -> None:
        ray.get(flag.set.remote())
        while True:
            time.sleep(0.01)

    @ray.remote
    class Flag:
        def __init__(self) -> None:
            self.event = asyncio.Event()

        async def set(self) -> None:
            self.event.set()

        async def wait(self) -> None:
            await self.event.wait()

    flag = Flag.remote()
    ref = told.remote(flag)
    ray.get(flag.wait.remote())
    ray.cancel(ref)
    with pytest.raises((exceptions.TaskCancelledError, exceptions.RayTaskError)):
        ray.get(ref)


def test_by_force() -> None:
    ref = sleep.remote()
    ready, _ = ray.wait([ref], timeout=0.3)
    assert not ready
    ray.cancel(ref, force=True)
    with pytest.raises((exceptions.TaskCancelledError, exceptions.WorkerCrashedError)):
        ray.get(ref)


def test_a_task_that_waits_for_its_argument() -> None:
    sleeper = Sleeper.remote()
    argument = sleeper.sleep.remote()
    ray.get(sleeper.hello.remote())
    waiting = sleep.remote(argument)
    ray.wait([waiting], timeout=0.5)
    ray.cancel(waiting)
    with pytest.raises(exceptions.TaskCancelledError):
        ray.get(waiting)


def test_a_finished_task() -> None:
    ref = sleep.remote(0)
    assert ray.get(ref) == "slept"
    # Until Ray 2.60 has put the task away, which is a moment after its value is there, a cancel ends the whole program
    # ("Check failed: Tried to complete task that was not pending"). With another task's value it has.
    ray.get(sleep.remote(0))
    ray.cancel(ref)
    assert ray.get(ref) == "slept"


def test_an_async_actor_call() -> None:
    sleeper = Sleeper.remote()
    ref = sleeper.sleep.remote()
    ray.get(sleeper.wait_for_sleep.remote())
    ray.cancel(ref)
    with pytest.raises(exceptions.TaskCancelledError):
        ray.get(ref)
    assert ray.get(sleeper.hello.remote()) == "hello"


def test_force_is_refused_for_actor_calls() -> None:
    sleeper = Sleeper.remote()
    ref = sleeper.sleep.remote()
    # Ray itself may end the program if the actor goes before it was created.
    ray.get(sleeper.wait_for_sleep.remote())
    with pytest.raises(ValueError):
        ray.cancel(ref, force=True)
    ray.cancel(ref)


@pytest.mark.parametrize("wrong", [1, "text", None])
def test_cancel_of_what_is_no_reference(wrong: object) -> None:
    with pytest.raises(TypeError):
        ray.cancel(wrong)


def test_cancelled_error_is_a_ray_error() -> None:
    assert issubclass(exceptions.TaskCancelledError, exceptions.RayError)
