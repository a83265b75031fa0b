"""A program for the type checker, which must find the types named here, and an error in each line that ignores one.

`nox -s types` checks it; nothing runs it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from typing_extensions import assert_type

import ray_client as ray
from ray_client.actor import ActorClass, ActorHandle, ActorMethod, ActorProxy
from ray_client.remote_function import RemoteFunction
from ray_client.runtime_env import RuntimeEnv
from ray_client.util.placement_group import PlacementGroup, placement_group
from ray_client.util.state import get_actor, get_objects, list_actors, list_cluster_events, summarize_tasks
from ray_client.util.state.common import ActorState, ObjectState


@ray.remote
def nothing() -> int:
    return 1


@ray.remote
def one(x: int) -> str:
    return str(x)


@ray.remote(num_cpus=2, max_retries=0)
def two(x: int, y: str = "", *, z: float = 0) -> list[float]:
    return [x, float(y), z]


@ray.remote
def optional(x: int | None) -> float | None:
    return x


@ray.remote
def any_number(*xs: int) -> bytes:
    return bytes(xs)


@ray.remote
def untyped(x, y=1):  # type: ignore[no-untyped-def]
    return x


@ray.remote
def ten(a: int, b: int, c: int, d: int, e: int, f: int, g: int, h: int, i: int, j: str) -> None: ...


@ray.remote
def stream(count: int) -> Iterator[str]:
    yield from map(str, range(count))


@ray.remote
def generate() -> Generator[bytes, None, None]:
    yield b""


class Counter:  # checkers pass over decorators of classes, so it is decorated where it is used
    def __init__(self, start: int) -> None:
        self.value = start

    def add(self, n: int) -> int:
        self.value += n
        return self.value

    @ray.method
    def plain(self, n: int) -> int:
        return n

    @ray.method(concurrency_group="io")
    def marked(self, n: int) -> int:
        return self.plain(n)


def functions() -> None:
    assert_type(nothing, RemoteFunction[[], int])
    assert_type(nothing.remote(), ray.ObjectRef[int])
    assert_type(one.remote(1), ray.ObjectRef[str])
    assert_type(one.remote(x=1), ray.ObjectRef[str])
    assert_type(two.remote(1), ray.ObjectRef[list[float]])
    assert_type(two.remote(1, "a", z=1.5), ray.ObjectRef[list[float]])
    assert_type(two.options(num_cpus=1).remote(1, y="a"), ray.ObjectRef[list[float]])
    assert_type(optional.remote(None), ray.ObjectRef[float | None])
    assert_type(any_number.remote(1, 2, 3), ray.ObjectRef[bytes])
    nothing.remote(1)  # type: ignore[call-arg]
    one.remote()  # type: ignore[call-overload]
    one.remote("1")  # type: ignore[call-overload]
    one.remote(y=1)  # type: ignore[call-overload]
    two.remote(1, 2)  # type: ignore[call-overload]
    one(1).upper()  # a call without `.remote` never returns


def references_as_arguments(number: ray.ObjectRef[int], text: ray.ObjectRef[str]) -> None:
    assert_type(one.remote(number), ray.ObjectRef[str])
    assert_type(one.remote(nothing.remote()), ray.ObjectRef[str])
    assert_type(two.remote(number, text), ray.ObjectRef[list[float]])
    assert_type(two.remote(1, text), ray.ObjectRef[list[float]])
    assert_type(optional.remote(number), ray.ObjectRef[float | None])
    ten.remote(1, number, 3, number, 5, 6, 7, 8, number, text)
    one.remote(text)  # type: ignore[arg-type]
    two.remote(number, number)  # type: ignore[arg-type]
    wider: list[ray.ObjectRef[float | None]] = [number, one.remote(1)]  # type: ignore[list-item]  # a text is no number
    wider.append(number)  # but a reference to an int is one to a float


def values() -> None:
    assert_type(ray.put("text"), ray.ObjectRef[str])
    assert_type(ray.get(one.remote(1)), str)
    assert_type(ray.get([one.remote(i) for i in range(3)], timeout=1), list[str])
    assert_type(ray.get((nothing.remote(),)), list[int])
    ready, left = ray.wait([nothing.remote(), nothing.remote()], num_returns=1, timeout=1)
    assert_type(ready, list[ray.ObjectRef[int]])
    assert_type(left, list[ray.ObjectRef[int]])
    ray.get(1)  # type: ignore[call-overload]
    ray.get(["x"])  # type: ignore[arg-type]


def streams() -> None:
    assert_type(stream.remote(3), ray.ObjectRefGenerator[str])
    assert_type(generate.remote(), ray.ObjectRefGenerator[bytes])
    assert_type([ray.get(ref) for ref in stream.remote(3)], list[str])


async def awaiting() -> None:
    assert_type(await one.remote(1), str)
    async for ref in generate.remote():
        assert_type(await ref, bytes)


def actors() -> None:
    counters = ray.remote(Counter)
    assert_type(counters, ActorClass[Counter])
    assert_type(ray.remote(num_cpus=1)(Counter), ActorClass[Counter])
    handle = counters.options(name="x").remote(3)
    assert_type(handle, ActorHandle[Counter])
    assert_type(handle.add, ActorMethod)
    assert_type(handle.add.remote(1), Any)  # whatever its options say it returns
    ray.kill(handle)
    handle.add(1).upper()  # a call without `.remote` never returns


def actors_of_a_type(handle: ActorProxy[Counter], unmarked: Counter) -> None:
    assert_type(handle.plain.remote(1), Any)
    assert_type(unmarked.marked(1), int)
    ray.method(1)  # type: ignore[call-overload]


def utilities() -> None:
    assert_type(placement_group([{"CPU": 1}]), PlacementGroup)
    assert_type(ray.get(placement_group([{"CPU": 1}]).ready()), PlacementGroup)
    assert_type(list_actors(filters=[("state", "=", "ALIVE")], limit=3), list[ActorState])
    assert_type(get_actor("ff"), ActorState | None)
    assert_type(get_objects("ff"), list[ObjectState])
    assert_type(list_cluster_events(), list[dict[str, Any]])
    assert_type(summarize_tasks(), dict[str, Any])
    list_actors(no_such=1)  # type: ignore[call-arg]
    assert_type(one.options(runtime_env=RuntimeEnv(pip=["requests"])).remote(1), ray.ObjectRef[str])
    RuntimeEnv(pip=1)  # type: ignore[arg-type]


def without_types(x: Any) -> None:
    assert_type(untyped.remote(x, y=x), Any)
    assert_type(ray.get(x), Any)


def sessions() -> None:
    with ray.connect("ray://head") as session:
        assert_type(session.get(session.put(1)), int)
        assert_type(session.remote(len).remote("x"), ray.ObjectRef[int])
        assert_type(session.get([one.remote(1)]), list[str])
