"""What FastAPI has beside routes: lifespans, middleware, dependencies, models, handlers of errors, streams."""

import asyncio
import json
import socket
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field, field_validator

import ray
from ray import serve

ray.init()


class Item(BaseModel):
    name: str
    price: float = Field(gt=0)

    @field_validator("name")
    @classmethod
    def one_word(cls, value):
        if " " in value:
            raise ValueError("more than a word")
        return value


class Receipt(BaseModel):
    item: Item
    total: float


@asynccontextmanager
async def lifespan(app):
    app.state.opened = "at nine"
    yield


app = FastAPI(lifespan=lifespan, title="shop")


@app.middleware("http")
async def mark(request: Request, call_next):
    response = await call_next(request)
    response.headers["X-Path"] = request.url.path
    return response


class Gone(Exception):
    def __init__(self, what):
        self.what = what


@app.exception_handler(Gone)
async def gone(request, error):
    return JSONResponse(status_code=410, content={"gone": error.what})


async def key(x_key: Annotated[str, Header()] = ""):
    if x_key != "open":
        raise HTTPException(status_code=401, detail="no key")


def part(skip: int = 0, limit: int = 2):
    return slice(skip, skip + limit)


inner = APIRouter(prefix="/inner")


@inner.get("/ping")
def ping():
    return {"pong": True}


app.include_router(inner)


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
@serve.ingress(app)
class Shop:
    def __init__(self, tax):
        self.tax, self.items = tax, {}

    @app.post("/items", response_model=Receipt, status_code=201, dependencies=[Depends(key)])
    def add(self, item: Item):
        self.items[item.name] = item
        return Receipt(item=item, total=item.price * self.tax)

    @app.get("/items")
    async def names(self, which: Annotated[slice, Depends(part)]):
        return sorted(self.items)[which]

    @app.get("/items/{name}")
    async def one(self, name: str):
        if name not in self.items:
            raise Gone(name)
        return self.items[name]

    @app.get("/count")
    def count(self, to: Annotated[int, Query(le=10)] = 3):
        async def numbers():
            for number in range(to):
                yield f"{number};"
                await asyncio.sleep(0.01)

        return StreamingResponse(numbers(), media_type="text/plain")

    @app.get("/opened")
    def opened(self, request: Request):
        return request.app.state.opened


@ray.remote(num_cpus=0)
def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@ray.remote(num_cpus=0)
def ask(url, body=None, headers=()):
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    request = Request(url, data=body, headers={"Content-Type": "application/json", **dict(headers)})
    try:
        with urlopen(request) as answer:
            return answer.status, answer.headers["x-path"], answer.read().decode()
    except HTTPError as error:
        return error.code, error.headers["x-path"], error.read().decode()


port = ray.get(free_port.remote())
serve.start(http_options={"host": "127.0.0.1", "port": port})
serve.run(Shop.bind(1.5), name="shop", route_prefix="/shop")
base, keyed = f"http://127.0.0.1:{port}/shop", {"X-Key": "open"}


def show(path, body=None, headers=()):
    data = None if body is None else json.dumps(body).encode()
    return ray.get(ask.remote(base + path, data, headers))


print(show("/items", {"name": "cup", "price": 2}, keyed))
print(show("/items", {"name": "a cup", "price": 2}, keyed)[0], show("/items", {"name": "b", "price": 0}, keyed)[0])
print(show("/items", {"name": "jug", "price": 1}))
print(show("/items?limit=1"), show("/items/cup"), show("/items/jug"))
print(show("/count?to=4"), show("/count?to=40")[0])
print(show("/opened"), show("/inner/ping"))
print(sorted(json.loads(show("/openapi.json")[2])["paths"]))
serve.shutdown()
