"""Ray Serve from an environment without ray."""

from __future__ import annotations

import asyncio
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cluster import free_ports

import ray_client as ray
from ray_client import serve

LITTLE = {"num_cpus": 0.1}


class WrongNameError(ValueError):
    """What a deployment of the tests raises."""


@serve.deployment
class Greeter:
    def __init__(self, word: str) -> None:
        self.word = word

    def __call__(self, name: str) -> str:
        return greeting(self.word, name)

    async def count(self, to: int) -> Any:
        for number in range(to):
            yield number

    def slowly(self, to: int) -> Any:
        for number in range(to):
            time.sleep(0.2)
            yield number

    def refuse(self, name: str) -> None:
        raise WrongNameError(name)

    async def sleep(self) -> None:
        await asyncio.sleep(60)


def greeting(word: str, name: str) -> str:  # below what uses it
    return f"{word}, {name}"


@serve.deployment(num_replicas=1)
class Front:
    def __init__(self, greeter: Any) -> None:
        self.greeter = greeter

    async def __call__(self, name: str) -> str:
        return (await self.greeter.remote(name)).upper()


@serve.deployment(ray_actor_options=LITTLE, user_config={"sign": "?"})
class Batches:
    def __init__(self) -> None:
        self.sizes: list[int] = []

    def reconfigure(self, config: dict[str, str]) -> None:
        self.sign = config["sign"]

    @serve.batch(max_batch_size=4, batch_wait_timeout_s=0.5)
    async def together(self, names: list[str]) -> list[str]:
        self.sizes.append(len(names))
        return [name + self.sign for name in names]

    async def __call__(self, name: str) -> tuple[str, int]:
        return await self.together(name), max(self.sizes)


@serve.deployment(ray_actor_options=LITTLE)
class Models:
    @serve.multiplexed(max_num_models_per_replica=2)
    async def load(self, model_id: str) -> str:
        return f"model {model_id}"

    async def __call__(self) -> tuple[str, str]:
        return await self.load(serve.get_multiplexed_model_id()), serve.get_replica_context().app_name


@serve.deployment(ray_actor_options=LITTLE)
def shout(word: str) -> str:
    return word.upper()


@serve.deployment(ray_actor_options=LITTLE)
class Page:
    async def __call__(self, request: Any) -> str:
        return greeting("Page", request.query_params["of"])


@pytest.fixture(scope="module")
def port(context: ray.ClientContext) -> int:
    """The port of HTTP on the cluster's side."""
    [port] = free_ports(1)
    serve.start(http_options=serve.HTTPOptions(port=port))
    return port


@pytest.fixture(scope="module")
def handle(port: int) -> Iterator[Any]:
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


def test_items_of_a_stream_come_at_their_own_time(handle: Any) -> None:
    began_s, times = time.monotonic(), []
    for _ in handle.options(stream=True).slowly.remote(4):
        times.append(time.monotonic() - began_s)
    assert times[-1] - times[0] > 0.4


def test_an_error_of_a_deployment_has_its_class_and_its_line(handle: Any) -> None:
    with pytest.raises(WrongNameError, match="you") as raised:
        handle.refuse.remote("you").result()
    assert isinstance(raised.value, ray.exceptions.RayTaskError)
    assert "raise WrongNameError(name)" in str(raised.value)


def test_an_answer_that_is_no_longer_awaited_is_cancelled_and_the_session_goes_on(handle: Any) -> None:
    async def ask() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(handle.sleep.remote(), 0.5)

    asyncio.run(ask())
    with pytest.raises(TimeoutError):
        handle.sleep.remote().result(timeout_s=0.2)
    response = handle.sleep.remote()
    response.cancel()
    with pytest.raises(serve.exceptions.RequestCancelledError):
        response.result()
    assert handle.remote("you").result() == "Hello, you"


def test_a_stream_gives_nothing_more_when_it_is_cancelled(handle: Any) -> None:
    """X5: not even what had come before."""
    stream = handle.options(stream=True).slowly.remote(100)
    assert next(stream) == 0
    stream.cancel()
    with pytest.raises(serve.exceptions.RequestCancelledError):
        next(stream)


def test_threads_ask_side_by_side(handle: Any) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda name: handle.remote(name).result(), "abcdefgh"))
    assert answers == [f"Hello, {name}" for name in "abcdefgh"]


def test_a_task_has_the_handle(handle: Any) -> None:
    @ray.remote
    def ask(handle: Any) -> str:
        return str(handle.remote("task").result())

    assert ray.get(ask.remote(handle)) == "Hello, task"
    found = serve.get_deployment_handle("Greeter", "greeter")
    assert found.remote("again").result() == serve.get_app_handle("greeter").remote("again").result()


def test_requests_are_batched_and_a_configuration_is_given_anew() -> None:
    batches = serve.run(Batches.bind(), name="batches", route_prefix="/batches")
    answers = [response.result() for response in [batches.remote(name) for name in "abcd"]]
    assert [name for name, _ in answers] == ["a?", "b?", "c?", "d?"] and answers[-1][1] > 1
    changed = Batches.options(user_config={"sign": "!"})
    assert (changed.user_config, changed.name) == ({"sign": "!"}, "Batches")
    batches = serve.run(changed.bind(), name="batches", route_prefix="/batches")
    assert batches.remote("a").result()[0] == "a!"


def test_http_is_reached_through_a_forwarded_port(handle: Any, port: int) -> None:
    serve.run(Page.bind(), name="page", route_prefix="/page")
    with ray.forward(port) as web, urllib.request.urlopen(f"{web.url}/page?of=you", timeout=20) as answer:
        assert answer.read() == b"Page, you"


def test_models_are_multiplexed() -> None:
    models = serve.run(Models.bind(), name="models", route_prefix="/models")
    assert models.options(multiplexed_model_id="7").remote().result() == ("model 7", "models")


def test_a_function_is_a_deployment_and_several_are_run() -> None:
    targets = [serve.RunTarget(shout.bind(), name=name, route_prefix=f"/{name}") for name in ("one", "two")]
    assert [handle.remote("a").result() for handle in serve.run_many(targets)] == ["A", "A"]


def test_what_cannot_be_deployed_says_why_and_where_it_was_described() -> None:
    wrong = shout.options(num_replicas=-3)
    with pytest.raises(Exception, match="num_replicas") as raised:
        serve.run(wrong.bind(), name="wrong")
    assert not isinstance(raised.value, ray.RayClientError)
    assert any("test_serve.py" in note for note in getattr(raised.value, "__notes__", ["test_serve.py"]))


def test_what_a_coroutine_function_gives_is_a_coroutine_here(context: ray.ClientContext) -> None:
    async def later(number: int) -> int:
        await asyncio.sleep(0)
        return number + 1

    assert asyncio.run(context.run(later, 1)) == 2

    async def together() -> list[int]:
        return list(await asyncio.gather(*(context.run(later, number) for number in range(3))))

    assert asyncio.run(together()) == [1, 2, 3]


def test_classes_have_what_they_have_of_packages_that_are_not_here(context: ray.ClientContext) -> None:
    schema = serve.schema.ServeDeploySchema.model_validate({"applications": [{"import_path": "a:b"}]})
    assert schema.applications[0].import_path == "a:b"
    assert "min_replicas" in serve.config.AutoscalingConfig.model_fields
    assert not hasattr(serve.config.AutoscalingConfig, "nothing")
    scaling = serve.config.AutoscalingConfig(min_replicas=2, max_replicas=3)
    assert scaling == serve.config.AutoscalingConfig(min_replicas=2, max_replicas=3)
    assert scaling.max_replicas == 3
