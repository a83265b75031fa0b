"""A traceback shows the program's frames and the cluster's, whoever prints it."""

from __future__ import annotations

import asyncio
import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gateway import Gateway

import ray_client as ray
from ray_client.util import ActorPool
from ray_client.util.multiprocessing import Pool
from ray_client.util.queue import Queue

OURS = ("ray_client", "ray_client_proto", "grpc", "cloudpickle")


@pytest.fixture(scope="module", autouse=True)
def session(gateway: Gateway) -> Iterator[ray.ClientContext]:
    with ray.init(gateway.address) as context:
        yield context
    ray.shutdown()


@ray.remote(num_cpus=0)
def divide(a: float, b: float) -> float:
    return a / b


@ray.remote(num_cpus=0)
def stream() -> Iterator[int]:
    yield 1
    raise ZeroDivisionError


@ray.remote(num_cpus=0)
class Divider:
    def divide(self, a: float, b: float) -> float:
        return a / b


class Stubborn:
    def __reduce__(self) -> Any:
        raise ZeroDivisionError


def roots(error: BaseException) -> list[str]:
    """Give the packages of a traceback's frames."""
    names = [str(frame.f_globals["__name__"]) for frame, _ in traceback.walk_tb(error.__traceback__)]
    return [name.partition(".")[0] for name in names]


async def awaited() -> None:
    await divide.remote(1, 0)


async def streamed() -> None:
    async for ref in stream.remote():
        await ref


def through_a_pool() -> list[Any]:
    return list(ActorPool([Divider.remote()]).map(lambda actor, b: actor.divide.remote(1, b), [1, 0]))


def through_processes() -> list[Any]:
    with Pool(1) as pool:
        return pool.map(lambda b: 1 / b, [1, 0])


CALLS: dict[str, Callable[[], object]] = {
    "get": lambda: ray.get(divide.remote(1, 0)),
    "get several": lambda: ray.get([divide.remote(1, 1), divide.remote(1, 0)]),
    "get in time": lambda: ray.get(divide.remote(1, 0), timeout=60),
    "no reference": lambda: ray.get([1]),
    "await": lambda: asyncio.run(awaited()),
    "async for": lambda: asyncio.run(streamed()),
    "future": lambda: divide.remote(1, 0).future().result(),
    "for": lambda: [ray.get(ref) for ref in stream.remote()],
    "method": lambda: ray.get(Divider.remote().divide.remote(1, 0)),
    "no method": lambda: Divider.remote().multiply,
    "arguments": lambda: divide.remote(1),
    "options": lambda: divide.options(num_cpus="many"),
    "later options": lambda: ray.remote(num_cpu=1)(divide._function),
    "not picklable": lambda: ray.put(threading.Lock()),
    "pickling of its own": lambda: ray.put(Stubborn()),
    "no actor": lambda: ray.get_actor("nobody"),
    "empty queue": lambda: Queue(actor_options={"num_cpus": 0}).get(block=False),
    "actor pool": through_a_pool,
    "pool": through_processes,
    "as_completed": lambda: list(ray.util.as_completed([divide.remote(1, 0)])),
    "no directory": lambda: divide.options(runtime_env={"working_dir": "/no/such/place"}).remote(1, 1),
    "nobody answers": lambda: ray.connect("ray://127.0.0.1:1", connect_timeout_s=5),
}


@pytest.mark.parametrize("name", CALLS)
def test_no_frame_of_ours(name: str) -> None:
    with pytest.raises(Exception) as caught:
        CALLS[name]()
    error: BaseException | None = caught.value
    while error is not None:
        assert not set(roots(error)).intersection(OURS), "".join(traceback.format_tb(error.__traceback__))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def test_the_reason_is_one_line() -> None:
    with pytest.raises(ray.RayClientError) as caught:
        ray.connect("ray://127.0.0.1:1", connect_timeout_s=5)
    lines = traceback.format_exception(caught.value)
    assert [line.startswith("Traceback") for line in lines].count(True) == 1
    assert lines[-1].startswith("ray_client.errors.UnreachableError: no server answers at ray://127.0.0.1:1: ")


def test_logged_and_in_threads(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", ended.append)
    thread = threading.Thread(target=CALLS["get"])
    thread.start()
    thread.join(60)
    assert isinstance(ended[0].exc_value, ZeroDivisionError)
    assert not set(roots(ended[0].exc_value)).intersection(OURS)
    try:
        CALLS["get"]()
    except ZeroDivisionError:
        logging.exception("it failed")
    assert caplog.text.count("  File ") == 2 + 1  # here, in the call, and in the task


def test_all_is_shown_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_CLIENT_DEBUG", "1")
    with pytest.raises(ray.RayClientError) as caught:
        ray.connect("ray://127.0.0.1:1", connect_timeout_s=5)
    assert "ray_client" in roots(caught.value)
    assert caught.value.__cause__ is not None
