"""Classes of `ray.util` that are made of actors."""

from __future__ import annotations

from typing import Any

import pytest

import ray_client as ray
from ray_client.util.queue import Empty, Full, Queue


@ray.remote(num_cpus=0)
class Doubler:
    def double(self, x: int) -> int:
        return 2 * x


@pytest.fixture(scope="module")
def actors(context: ray.ClientContext) -> list[Any]:
    return [Doubler.remote() for _ in range(2)]


def test_a_queue() -> None:
    queue = Queue(maxsize=3, actor_options={"num_cpus": 0})
    for item in range(3):
        queue.put(item)
    with pytest.raises(Full):
        queue.put_nowait(3)
    assert [queue.get() for _ in range(3)] == [0, 1, 2]
    with pytest.raises(Empty):
        queue.get(block=False)

    @ray.remote
    def fill(queue: Any) -> None:
        queue.put("from a task")

    ray.get(fill.remote(queue))
    assert queue.get(timeout=60) == "from a task"
    queue.shutdown(force=True)


def test_an_actor_pool(actors: list[Any]) -> None:
    pool = ray.util.ActorPool(actors)
    assert list(pool.map(lambda actor, x: actor.double.remote(x), range(6))) == [0, 2, 4, 6, 8, 10]


def test_an_actor_pool_out_of_order(actors: list[Any]) -> None:
    pool = ray.util.ActorPool(actors)
    assert sorted(pool.map_unordered(lambda actor, x: actor.double.remote(x), range(6))) == [0, 2, 4, 6, 8, 10]
