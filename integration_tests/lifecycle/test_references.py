"""When the last handle is gone, the object is gone from the cluster (R1 to R4)."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator

import numpy as np
import pytest
from gateway import Gateway
from processes import poll

import ray_client as ray

MIB = 1024 * 1024


@ray.remote(num_cpus=0)
class Observer:
    """Sees the whole cluster's object store, from a session of its own."""

    def stored_mib(self) -> float:
        from ray._private.internal_api import memory_summary

        summary = memory_summary(ray.get_runtime_context().gcs_address, stats_only=True)
        return float(re.search(r"Plasma memory usage ([\d.]+) MiB", summary).group(1))

    def is_named(self, name: str, namespace: str) -> bool:
        return {"name": name, "namespace": namespace} in ray.util.list_named_actors(all_namespaces=True)


@ray.remote(num_cpus=0)
class Box:
    def get(self) -> str:
        return "got"

    def give(self, mib: int) -> np.ndarray:
        return np.zeros(mib * MIB, np.uint8)


@ray.remote
def make(mib: int) -> np.ndarray:
    return np.zeros(mib * MIB, np.uint8)


class Cluster:
    """What the observer sees; its own session and actor are not the tests'."""

    def __init__(self, context: ray.ClientContext, observer: object) -> None:
        self._context, self._observer = context, observer

    def stored_mib(self) -> float:
        with self._context_in_use():
            return ray.get(self._observer.stored_mib.remote())

    def is_named(self, name: str, namespace: str) -> bool:
        with self._context_in_use():
            return ray.get(self._observer.is_named.remote(name, namespace))

    def _context_in_use(self):
        from ray_client.handles import current

        return current.use(self._context._connection.session)

    def drains(self, within_s: float = 15) -> bool:
        """Whether the store becomes empty."""
        return poll(lambda: self.stored_mib() < 1, within_s, every_s=0.1)

    def fills(self, mib: int) -> bool:
        return poll(lambda: self.stored_mib() >= mib, within_s=15, every_s=0.1)


@pytest.fixture(scope="module")
def cluster(gateway: Gateway) -> Iterator[Cluster]:
    context = ray.init(gateway.address, log_to_driver=False, allow_multiple=True)
    observer = Observer.remote()
    cluster = Cluster(context, observer)
    assert cluster.stored_mib() < 1
    # The module-level functions are the tests': this session is used by name only.
    from ray_client.handles import current

    current.set_default(None)
    yield cluster
    context.disconnect()


@pytest.fixture(autouse=True)
def session(cluster: Cluster, gateway: Gateway) -> Iterator[None]:
    ray.init(gateway.address, namespace="references", log_to_driver=False, direct=False)
    yield
    ray.shutdown()
    assert cluster.drains(), "the end of the session left objects behind"


def test_what_was_put(cluster: Cluster) -> None:
    refs = [ray.put(np.ones(5 * MIB, np.uint8)) for _ in range(4)]
    assert cluster.fills(20)
    del refs
    assert cluster.drains()


def test_results_of_tasks(cluster: Cluster) -> None:
    refs = [make.remote(5) for _ in range(3)]
    ray.wait(refs, num_returns=3)
    assert cluster.fills(15)
    del refs
    assert cluster.drains()


def test_results_that_nobody_kept(cluster: Cluster) -> None:
    box = Box.remote()
    for _ in range(5):
        box.give.remote(5)
    assert ray.get(box.get.remote()) == "got"
    assert cluster.drains()


def test_a_value_outlives_its_object(cluster: Cluster) -> None:
    ref = ray.put(np.full(10 * MIB, 7, np.uint8))
    value = ray.get(ref)
    del ref
    assert cluster.drains()
    assert value[-1] == 7


def test_references_inside_values(cluster: Cluster) -> None:
    outer = ray.put([ray.put(np.ones(5 * MIB, np.uint8)), {"k": ray.put(np.ones(5 * MIB, np.uint8))}])
    assert cluster.fills(10)
    value = ray.get(outer)
    del outer
    assert ray.get(value[0]).size == 5 * MIB
    del value
    assert cluster.drains()


def test_references_that_came_many_times(cluster: Cluster) -> None:
    inner = ray.put(np.ones(5 * MIB, np.uint8))
    box = ray.put([inner] * 3)
    copies = [ray.get(box) for _ in range(10)]
    del box, inner
    assert ray.get(copies[5][2]).size == 5 * MIB
    del copies
    assert cluster.drains()


def test_values_that_were_never_unpickled(cluster: Cluster) -> None:
    @ray.remote
    def nest() -> list:
        return [ray.put(np.ones(5 * MIB, np.uint8))]

    ref = nest.remote()
    ray.wait([ref])
    assert cluster.fills(5)
    del ref
    assert cluster.drains()


def test_a_get_that_timed_out(cluster: Cluster) -> None:
    @ray.remote
    def slow() -> list:
        import time

        time.sleep(0.5)
        return [ray.put(np.ones(5 * MIB, np.uint8))]

    ref = slow.remote()
    with pytest.raises(ray.exceptions.GetTimeoutError):
        ray.get(ref, timeout=0.01)
    ray.wait([ref])
    del ref
    assert cluster.drains()


def test_a_generator_dropped_early(cluster: Cluster) -> None:
    @ray.remote
    def arrays(n: int):
        for _ in range(n):
            yield np.ones(2 * MIB, np.uint8)

    generator = arrays.remote(10)
    first = next(generator)
    assert ray.get(first).size == 2 * MIB
    del generator, first
    assert cluster.drains()


def test_a_generator_read_to_its_end(cluster: Cluster) -> None:
    @ray.remote
    def arrays(n: int):
        for _ in range(n):
            yield np.ones(2 * MIB, np.uint8)

    refs = list(arrays.remote(5))
    assert cluster.fills(10)
    del refs
    assert cluster.drains()


def test_a_cycle_of_handles(cluster: Cluster) -> None:
    loop: list = [ray.put(np.ones(5 * MIB, np.uint8))]
    loop.append(loop)
    assert cluster.fills(5)
    del loop
    gc.collect()
    assert cluster.drains()


def test_an_argument_lives_as_long_as_its_task_needs_it(cluster: Cluster) -> None:
    @ray.remote
    def late(array: np.ndarray) -> int:
        import time

        time.sleep(0.3)
        return array.size

    ref = late.remote(ray.put(np.ones(5 * MIB, np.uint8)))
    assert ray.get(ref) == 5 * MIB
    assert cluster.drains()


def test_an_actor_ends_with_its_last_handle(cluster: Cluster) -> None:
    box = Box.options(name="last-handle").remote()
    ray.get(box.get.remote())
    assert cluster.is_named("last-handle", "references")
    [copy] = ray.get(ray.put([box]))
    del box
    assert ray.get(copy.get.remote()) == "got"
    del copy
    assert poll(lambda: not cluster.is_named("last-handle", "references"), within_s=20)


def test_an_actor_kept_by_an_object_only(cluster: Cluster) -> None:
    box = Box.options(name="in-an-object").remote()
    ray.get(box.get.remote())
    ref = ray.put([box])
    del box
    assert ray.get(ray.get(ref)[0].get.remote()) == "got"
    del ref
    assert poll(lambda: not cluster.is_named("in-an-object", "references"), within_s=20)


def test_the_end_of_the_session_lets_go_of_everything(cluster: Cluster) -> None:
    refs = [ray.put(np.ones(5 * MIB, np.uint8)) for _ in range(2)]
    box = Box.options(name="ends-with-it").remote()
    ray.get(box.get.remote())
    assert cluster.fills(10)
    ray.shutdown()
    assert cluster.drains()
    assert poll(lambda: not cluster.is_named("ends-with-it", "references"), within_s=20)
    assert len(refs) == 2
