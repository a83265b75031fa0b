"""Actors: state, methods, names, handles, ends."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest
from processes import poll

import ray_client as ray
from ray_client import exceptions


@ray.remote(num_cpus=0)
class Counter:
    """Counts."""

    limit = 100

    def __init__(self, start: int = 0, *, step: int = 1) -> None:
        self.n, self.step = start, step

    def increment(self, by: int | None = None) -> int:
        self.n += self.step if by is None else by
        return self.n

    def reset(self) -> None:
        self.n = 0

    def fail(self) -> None:
        raise ValueError("in the actor")

    def crash(self) -> None:
        os._exit(1)

    def itself(self) -> Any:
        return ray.get_runtime_context().current_actor

    @ray.method(num_returns=2)
    def pair(self) -> tuple[int, str]:
        return self.n, "two"

    @classmethod
    def of_the_class(cls) -> int:
        return cls.limit

    @staticmethod
    def static(x: int) -> int:
        return x * 2


@ray.remote
def bump(counter: Any, times: int) -> int:
    return ray.get([counter.increment.remote() for _ in range(times)])[-1]


@pytest.fixture(scope="module")
def shared(context) -> Iterator[Any]:
    """One actor for many cases: each costs a process."""
    made = Counter.options(name="shared").remote()
    yield made
    ray.kill(made)


@pytest.fixture
def counter(shared: Any) -> Any:
    ray.get(shared.reset.remote())
    return shared


def is_dead(actor: Any) -> bool:
    """Whether a call fails for good; `kill` does not wait for the end."""
    try:
        ray.get(actor.increment.remote())
    except exceptions.ActorDiedError:
        return True
    except exceptions.ActorUnavailableError:
        pass
    return False


def test_calls_keep_state_and_order(counter) -> None:
    assert ray.get([counter.increment.remote() for _ in range(100)]) == list(range(1, 101))


def test_arguments_of_a_method(counter) -> None:
    assert ray.get([counter.increment.remote(5), counter.increment.remote(by=ray.put(2))]) == [5, 7]


def test_several_returns_of_a_method(counter) -> None:
    number, text = counter.pair.remote()
    assert ray.get([number, text]) == [0, "two"]
    assert ray.get(counter.pair.options(num_returns=1).remote()) == (0, "two")


def test_class_and_static_methods(counter) -> None:
    assert ray.get([counter.of_the_class.remote(), counter.static.remote(4)]) == [100, 8]


def test_an_exception_leaves_the_actor_alive(counter) -> None:
    with pytest.raises(ValueError, match="in the actor"):
        ray.get(counter.fail.remote())
    assert ray.get(counter.increment.remote()) == 1


def test_an_unknown_method(counter) -> None:
    with pytest.raises(AttributeError):
        counter.no_such_method.remote()


def test_a_handle_as_an_argument(counter) -> None:
    assert ray.get(bump.remote(counter, 3)) == 3


def test_a_handle_through_put(counter) -> None:
    [back] = ray.get(ray.put([counter]))
    assert back == counter
    assert ray.get(back.increment.remote()) == 1


def test_a_handle_that_the_actor_returns(counter) -> None:
    assert ray.get(ray.get(counter.itself.remote()).increment.remote()) == 1


def test_a_named_actor(counter) -> None:
    named = ray.get_actor("shared")
    assert named == counter
    assert ray.get(named.increment.remote()) == 1
    assert "shared" in ray.util.list_named_actors()


def test_a_name_that_nobody_has() -> None:
    with pytest.raises(ValueError, match="nobody"):
        ray.get_actor("nobody")


def test_get_if_exists(counter) -> None:
    same = Counter.options(name="shared", get_if_exists=True).remote(1000)
    assert ray.get(same.increment.remote()) == 1


def test_arguments_and_options_of_a_class() -> None:
    actor = Counter.options(resources={"rig": 0.5}).remote(5, step=2)
    assert ray.get(actor.increment.remote()) == 7


def test_an_async_actor() -> None:
    @ray.remote(num_cpus=0)
    class Gate:
        def __init__(self) -> None:
            self.opened = asyncio.Event()

        async def open(self) -> None:
            self.opened.set()

        async def passed(self) -> str:
            await self.opened.wait()
            return "passed"

    gate = Gate.remote()
    waiting = [gate.passed.remote() for _ in range(5)]
    assert ray.wait(waiting, timeout=0.2)[0] == []
    gate.open.remote()
    assert ray.get(waiting) == ["passed"] * 5


def test_an_error_in_the_constructor() -> None:
    @ray.remote(num_cpus=0)
    class Broken:
        def __init__(self) -> None:
            raise ValueError("never built")

        def method(self) -> None: ...

    with pytest.raises(exceptions.RayActorError, match="never built"):
        ray.get(Broken.remote().method.remote())


def test_kill() -> None:
    actor = Counter.remote()
    assert ray.get(actor.increment.remote()) == 1
    ray.kill(actor)
    assert poll(lambda: is_dead(actor), within_s=30)


def test_an_actor_that_crashes() -> None:
    actor = Counter.remote()
    with pytest.raises(exceptions.ActorDiedError):
        ray.get(actor.crash.remote())


def test_an_actor_that_is_restarted() -> None:
    actor = Counter.options(max_restarts=1, max_task_retries=-1).remote(10)
    assert ray.get(actor.increment.remote()) == 11
    ray.kill(actor, no_restart=False)
    assert poll(lambda: ray.get(actor.increment.remote()) == 11, within_s=30)
