"""Ray Serve from an environment without ray."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

import ray_client as ray
from ray_client import serve


@serve.deployment
class Greeter:
    def __init__(self, word: str) -> None:
        self.word = word

    def __call__(self, name: str) -> str:
        return greeting(self.word, name)

    async def count(self, to: int) -> Any:
        for number in range(to):
            yield number


def greeting(word: str, name: str) -> str:  # below what uses it
    return f"{word}, {name}"


@serve.deployment(num_replicas=1)
class Front:
    def __init__(self, greeter: Any) -> None:
        self.greeter = greeter

    async def __call__(self, name: str) -> str:
        return (await self.greeter.remote(name)).upper()


@pytest.fixture(scope="module")
def handle(context: ray.ClientContext) -> Iterator[Any]:
    yield serve.run(Greeter.bind("Hello"), name="greeter", route_prefix="/greeter")
    serve.shutdown()


def test_a_deployment_answers_its_handle(handle: Any) -> None:
    assert handle.remote("you").result() == "Hello, you"


def test_answers_are_awaited_together(handle: Any) -> None:
    async def ask() -> list[str]:
        return list(await asyncio.gather(*(handle.remote(name) for name in "abc")))

    assert asyncio.run(ask()) == ["Hello, a", "Hello, b", "Hello, c"]


def test_a_stream_is_read_item_by_item(handle: Any) -> None:
    assert list(handle.options(stream=True).count.remote(3)) == [0, 1, 2]


def test_deployments_are_composed_and_deleted(handle: Any) -> None:
    front = serve.run(Front.bind(Greeter.bind("Hi")), name="front", route_prefix="/front")
    assert front.remote("you").result() == "HI, YOU"
    assert sorted(serve.status().applications) == ["front", "greeter"]
    serve.delete("front")
    assert sorted(serve.status().applications) == ["greeter"]
