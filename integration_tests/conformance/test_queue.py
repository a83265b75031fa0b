"""`ray.util.queue.Queue`."""

from __future__ import annotations

import asyncio
import queue
import time
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.api import ray
from conformance.marks import since_ray

if ray.__name__ == "ray":
    from ray.util.queue import Empty, Full, Queue
else:
    from ray_client.util.queue import Empty, Full, Queue

SMALL = {"num_cpus": 0}


@pytest.fixture
def made() -> Iterator[Any]:
    made = Queue(actor_options=SMALL)
    yield made
    made.shutdown(force=True)


@pytest.fixture
def bounded() -> Iterator[Any]:
    made = Queue(maxsize=2, actor_options=SMALL)
    yield made
    made.shutdown(force=True)


def test_first_in_first_out(made: Any) -> None:
    for item in range(5):
        made.put(item)
    assert [made.get() for _ in range(5)] == [0, 1, 2, 3, 4]


def test_size_and_emptiness(made: Any) -> None:
    assert (made.empty(), made.full(), made.size(), len(made)) == (True, False, 0, 0)
    made.put(1)
    assert (made.empty(), made.qsize(), len(made)) == (False, 1, 1)


def test_a_full_queue(bounded: Any) -> None:
    bounded.put(1)
    bounded.put(2)
    assert bounded.full()
    with pytest.raises(Full):
        bounded.put_nowait(3)
    with pytest.raises(Full):
        bounded.put(3, block=False)
    with pytest.raises(Full):
        bounded.put(3, timeout=0.05)
    assert bounded.size() == 2


def test_an_empty_queue(made: Any) -> None:
    with pytest.raises(Empty):
        made.get_nowait()
    with pytest.raises(Empty):
        made.get(block=False)
    with pytest.raises(Empty):
        made.get(timeout=0.05)


@since_ray("2.43.0", "`Empty` and `Full` are those of Python's `queue` too", client_has_it=True)
def test_the_errors_are_those_of_python_s_queues() -> None:
    assert issubclass(Empty, queue.Empty)
    assert issubclass(Full, queue.Full)


@pytest.mark.parametrize("name", ["put", "get"])
def test_a_negative_timeout_is_refused(made: Any, name: str) -> None:
    arguments = (1,) if name == "put" else ()
    with pytest.raises(ValueError, match="timeout"):
        getattr(made, name)(*arguments, timeout=-1)


def test_a_get_waits_for_a_put(made: Any) -> None:
    @ray.remote(num_cpus=0)
    def later(queue: Any) -> None:
        time.sleep(0.2)
        queue.put("late")

    later.remote(made)
    assert made.get(timeout=30) == "late"


def test_a_put_waits_for_a_get(bounded: Any) -> None:
    @ray.remote(num_cpus=0)
    def later(queue: Any) -> Any:
        time.sleep(0.2)
        return queue.get()

    bounded.put(1)
    bounded.put(2)
    ref = later.remote(bounded)
    bounded.put(3, timeout=30)
    assert ray.get(ref) == 1


def test_many_at_once(made: Any) -> None:
    made.put_nowait_batch([1, 2, 3])
    assert made.get_nowait_batch(2) == [1, 2]
    with pytest.raises(Empty):
        made.get_nowait_batch(2)
    assert made.get() == 3


def test_too_many_at_once(bounded: Any) -> None:
    with pytest.raises(Full):
        bounded.put_nowait_batch([1, 2, 3])
    assert bounded.empty()


@pytest.mark.parametrize(("number", "error"), [("1", TypeError), (-1, ValueError)])
def test_a_wrong_number_at_once(made: Any, number: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        made.get_nowait_batch(number)


def test_what_is_no_iterable_at_once(made: Any) -> None:
    with pytest.raises(TypeError):
        made.put_nowait_batch(1)


def test_async_forms(bounded: Any) -> None:
    async def both() -> Any:
        await bounded.put_async(1)
        await bounded.put_async(2)
        with pytest.raises(Full):
            await bounded.put_async(3, block=False)
        first = await bounded.get_async()
        await bounded.get_async()
        with pytest.raises(Empty):
            await bounded.get_async(timeout=0.05)
        return first

    assert asyncio.run(both()) == 1


def test_a_queue_between_tasks(made: Any) -> None:
    @ray.remote(num_cpus=0)
    def produce(queue: Any) -> None:
        for item in range(3):
            queue.put(item)

    @ray.remote(num_cpus=0)
    def consume(queue: Any) -> int:
        return sum(queue.get() for _ in range(3))

    total = consume.remote(made)
    produce.remote(made)
    assert ray.get(total) == 3


def test_items_may_be_anything(made: Any) -> None:
    made.put({"a": [1, 2]})
    made.put(None)
    assert made.get() == {"a": [1, 2]}
    assert made.get() is None


def test_a_queue_made_in_a_task() -> None:
    @ray.remote
    def make() -> Any:
        made = Queue(actor_options={"num_cpus": 0, "name": "made-there", "lifetime": "detached"})
        made.put(1)
        return made

    found = ray.get(make.remote())
    assert type(found) is Queue
    assert found.get() == 1
    found.shutdown(force=True)


def test_a_queue_that_was_shut_down() -> None:
    made = Queue(actor_options=SMALL)
    actor = made.actor
    made.shutdown()
    assert made.actor is None
    with pytest.raises(ray.exceptions.RayActorError):
        ray.get(actor.qsize.remote())
