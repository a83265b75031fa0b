"""The first call opens a session where `RAY_ADDRESS` says, in the functions in which Ray's does."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterator

import pytest
from cluster import Head

from conformance.api import IS_NATIVE, exceptions, ray
from conformance.marks import since_ray

util = importlib.import_module(f"{ray.__name__}.util")
experimental = importlib.import_module(f"{ray.__name__}.experimental")
queues = importlib.import_module(f"{ray.__name__}.util.queue")
metrics = importlib.import_module(f"{ray.__name__}.util.metrics")


@pytest.fixture(scope="module", autouse=True)
def session(request: pytest.FixtureRequest, head: Head) -> Iterator[None]:
    """Instead of an open session: the environment names where one is to be had."""
    address = head.address if IS_NATIVE else request.getfixturevalue("gateway").address
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_ADDRESS", address)
        yield


@pytest.fixture(autouse=True)
def shut_down() -> Iterator[None]:
    assert not ray.is_initialized()
    yield
    ray.shutdown()


@ray.remote
def one() -> int:
    return 1


@ray.remote
class Actor:
    def one(self) -> int:
        return 1


def no_such_actor() -> bool:
    with pytest.raises(ValueError, match="no_such_actor"):
        ray.get_actor("no_such_actor")
    return True


OPENING: dict[str, Callable[[], bool]] = {
    "task": lambda: ray.get(one.remote()) == 1,
    "actor": lambda: ray.get(Actor.remote().one.remote()) == 1,
    "put": lambda: ray.get(ray.put(2)) == 2,
    "get": lambda: ray.get([]) == [],
    "get_actor": no_such_actor,
    "get_gpu_ids": lambda: ray.get_gpu_ids() == [],
    "get_runtime_context": lambda: bool(ray.get_runtime_context().get_job_id()),
    "list_named_actors": lambda: util.list_named_actors() == [],
    "placement_group_table": lambda: isinstance(util.placement_group_table(), dict),
    "get_current_placement_group": lambda: util.get_current_placement_group() is None,
    "Queue": lambda: queues.Queue().empty(),
}


_ACTOR = pytest.param(
    "actor", marks=since_ray("2.49.2", "a call on an actor whose handle nobody keeps", client_has_it=True)
)


@pytest.mark.parametrize("name", [_ACTOR if name == "actor" else name for name in OPENING])
def test_the_first_call_opens_a_session(name: str) -> None:
    assert OPENING[name]()
    assert ray.is_initialized()


@pytest.mark.parametrize("name", ["nodes", "cluster_resources", "available_resources"])
def test_what_only_asks_opens_none(name: str) -> None:
    with pytest.raises(exceptions.RaySystemError):
        getattr(ray, name)()
    assert not ray.is_initialized()


@since_ray("2.55.1", "`timeline` without a session is refused", client_has_it=True)
def test_neither_do_the_timeline_and_locations() -> None:
    with pytest.raises(RuntimeError):
        ray.timeline()
    with pytest.raises(RuntimeError):
        experimental.get_object_locations([])
    with pytest.raises(RuntimeError):
        experimental.get_local_object_locations([])
    assert not ray.is_initialized()


def test_a_metric_opens_none_and_does_not_fail() -> None:
    metrics.Counter("implicit_init").inc()
    assert not ray.is_initialized()


def test_many_threads_at_once_open_one() -> None:
    jobs = []
    together = threading.Barrier(6)

    def ask() -> None:
        together.wait()
        jobs.append(ray.get_runtime_context().get_job_id())

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(jobs) == 6
    assert len(set(jobs)) == 1


def test_after_shutdown_the_next_call_opens_another() -> None:
    first = ray.get_runtime_context().get_job_id()
    ray.shutdown()
    assert not ray.is_initialized()
    assert ray.get_runtime_context().get_job_id() != first


def test_init_after_the_first_call_is_the_second() -> None:
    ray.put(1)
    with pytest.raises(RuntimeError, match="twice"):
        ray.init()
    ray.init(ignore_reinit_error=True)
