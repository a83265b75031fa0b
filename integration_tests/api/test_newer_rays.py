"""Options that the client and the cluster's Ray do not both know: the cluster's Ray has the last word.

The client is made to forget options of this Ray, as if it were older, or to know one that this Ray does not have.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from gateway import Gateway

import ray_client as ray
from ray_client import options

#: Each is an option of the Ray that the cluster has.
FORGOTTEN = ("num_cpus", "max_concurrency", "enable_task_events")
LATER = "time_travel"  #: which no Ray has


def known_to_be_refused(keyword: str) -> Any:
    return pytest.raises(ValueError, match=rf"(?s){keyword}.*by Ray \d+\.\d+\.\d+, which the cluster has")


@pytest.fixture
def older_client(monkeypatch: pytest.MonkeyPatch) -> None:
    for table in (options._TASK, options._ACTOR, options._METHOD):
        for keyword in FORGOTTEN:
            monkeypatch.delitem(table, keyword, raising=False)
    monkeypatch.setattr(options, "_KNOWN", options._KNOWN - set(FORGOTTEN))


@pytest.fixture
def context(gateway: Gateway) -> Iterator[ray.ClientContext]:
    with ray.init(gateway.address, log_to_driver=False) as context:
        yield context


def resources() -> dict[str, float]:
    return dict(ray.get_runtime_context().get_assigned_resources())


class Pair:
    """Two calls at the same time, or none: each waits for the other."""

    def __init__(self) -> None:
        import asyncio

        self.both, self.there = asyncio.Event(), 0

    async def meet(self) -> int:
        self.there += 1
        if self.there == 2:
            self.both.set()
        await self.both.wait()
        return self.there

    def plain(self) -> int:
        return 1


def test_an_option_that_only_the_cluster_knows_works(older_client: None, context: ray.ClientContext) -> None:
    assert ray.get(ray.remote(num_cpus=2)(resources).remote())["CPU"] == 2
    assert ray.get(ray.remote(resources).options(num_cpus=0.5).remote())["CPU"] == 0.5
    pair = ray.remote(max_concurrency=2, num_cpus=0)(Pair).remote()
    assert ray.get([pair.meet.remote(), pair.meet.remote()], timeout=60) == [2, 2]
    assert ray.get(pair.plain.options(enable_task_events=False).remote()) == 1


def test_so_it_does_where_it_was_written_before_there_was_a_session(older_client: None, gateway: Gateway) -> None:
    task = ray.remote(num_cpus=2)(resources)
    with ray.init(gateway.address, log_to_driver=False):
        assert ray.get(task.remote())["CPU"] == 2


def test_the_cluster_judges_the_value_too(older_client: None, context: ray.ClientContext) -> None:
    with known_to_be_refused("num_cpus"):
        ray.remote(num_cpus=-1)(resources)


def test_an_option_that_nobody_knows_is_refused_where_it_is_written(context: ray.ClientContext) -> None:
    with known_to_be_refused("num_cpu"):
        ray.remote(num_cpu=1)(resources)
    with known_to_be_refused("num_cpu"):
        ray.remote(resources).options(num_cpu=1)
    with known_to_be_refused("num_cpu"):
        ray.remote(num_cpu=1)(Pair)
    pair = ray.remote(num_cpus=0)(Pair).remote()
    with pytest.raises(TypeError, match=r"num_cpu.*Ray \d"):
        pair.plain.options(num_cpu=1)
    assert ray.get(pair.plain.remote()) == 1


def test_or_where_it_is_first_used_in_a_session(gateway: Gateway) -> None:
    task, actor = ray.remote(num_cpu=1)(resources), ray.remote(num_cpu=1)(Pair)
    with ray.init(gateway.address, log_to_driver=False):
        with known_to_be_refused("num_cpu"):
            task.remote()
        with known_to_be_refused("num_cpu"):
            actor.remote()


def test_an_option_that_only_the_client_knows_fails_with_the_version_of_ray(
    monkeypatch: pytest.MonkeyPatch, context: ray.ClientContext
) -> None:
    monkeypatch.setitem(options._TASK, LATER, options._Option())
    monkeypatch.setattr(options, "_KNOWN", options._KNOWN | {LATER})
    ref = ray.remote(time_travel=True)(resources).remote()
    with known_to_be_refused(LATER):
        ray.get(ref)


def test_a_server_that_cannot_be_asked_lets_ray_refuse_the_call(
    monkeypatch: pytest.MonkeyPatch, context: ray.ClientContext
) -> None:
    monkeypatch.setattr(type(context._connection.session.peer), "can", lambda peer, capability: False)
    ref = ray.remote(time_travel=True)(resources).remote()
    with known_to_be_refused(LATER):
        ray.get(ref)
