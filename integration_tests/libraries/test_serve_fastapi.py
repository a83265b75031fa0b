"""FastAPI in front of Ray Serve from an environment without ray; the app is made here, where FastAPI is."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import pytest
from cluster import free_ports

import ray_client as ray
from ray_client import serve

fastapi = pytest.importorskip("fastapi")
pydantic = pytest.importorskip("pydantic")

app = fastapi.FastAPI()
router = fastapi.APIRouter()
Fetch = Callable[..., tuple[int, Any]]


class Item(pydantic.BaseModel):  # type: ignore[misc, name-defined]  # not there for the checker
    name: str
    count: int = 1


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
@serve.ingress(app)
class Api:
    def __init__(self, word: str) -> None:
        self.word = word

    @app.get("/hello/{name}")
    def hello(self, name: str, times: int = 1) -> dict[str, Any]:
        return {"text": greeting(self.word, name) * times}

    @app.post("/items")
    async def items(self, item: Item) -> Item:
        return Item(name=item.name.upper(), count=item.count + 1)

    @app.get("/refuse")
    def refuse(self) -> None:
        raise fastapi.HTTPException(418, "teapot")

    @app.get("/given")
    def given(self, value: Annotated[str, fastapi.Depends(lambda: dependency())]) -> str:
        return value

    def plain(self) -> str:
        return self.word


@router.get("/routed")
def routed() -> str:
    return greeting("from", "a router")


@app.get("/below")
def below() -> str:  # a route below the decorator
    return greeting("from", "below")


def greeting(word: str, name: str) -> str:
    return f"{word}, {name}"


def dependency() -> str:
    return "given"


app.include_router(router)


@pytest.fixture(scope="module")
def port(context: ray.ClientContext) -> int:
    """The port of HTTP on the cluster's side."""
    [port] = free_ports(1)
    serve.start(http_options=serve.HTTPOptions(port=port))
    return port


@pytest.fixture(scope="module")
def handle(port: int) -> Iterator[Any]:
    yield serve.run(Api.bind("Hello"), name="api", route_prefix="/api")
    serve.shutdown()


@pytest.fixture(scope="module")
def fetch(handle: Any, port: int) -> Iterator[Fetch]:
    def fetch(path: str, body: Any = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{web.url}{path}", data, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    with ray.forward(port) as web:
        yield fetch


def test_routes_of_the_class_and_their_helpers_below_it(fetch: Fetch) -> None:
    assert fetch("/api/hello/you?times=2") == (200, {"text": "Hello, youHello, you"})
    assert fetch("/api/given") == (200, "given")


def test_bodies_are_checked(fetch: Fetch) -> None:
    assert fetch("/api/items", {"name": "a"}) == (200, {"name": "A", "count": 2})
    assert fetch("/api/items", {})[0] == 422


def test_routes_below_the_decorator_and_routers(fetch: Fetch) -> None:
    assert fetch("/api/below") == (200, "from, below")
    assert fetch("/api/routed") == (200, "from, a router")


def test_errors_have_their_status(fetch: Fetch) -> None:
    assert fetch("/api/refuse") == (418, {"detail": "teapot"})
    assert fetch("/api/nowhere")[0] == 404


def test_other_methods_are_called_by_the_handle(handle: Any) -> None:
    assert handle.plain.remote().result() == "Hello"
