"""Routes of FastAPI: a function's above the deployment, and methods' below its decorator."""

import socket

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

import ray
from ray import serve

ray.init()
app = FastAPI()


@ray.remote(num_cpus=0)
def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@ray.remote(num_cpus=0)
def fetch(url):
    from urllib.request import urlopen

    with urlopen(url) as answer:
        return answer.read().decode()


@app.get("/open")
def is_open(day: str = "monday"):
    return day != "sunday"


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
@serve.ingress(app)
class Library:
    def __init__(self):
        self.books = {1: "Dunes", 2: "Fens"}

    @app.get("/books/{number}")
    def book(self, number: int):
        return {"number": number, "title": self.books[number]}

    @app.get("/count", response_class=PlainTextResponse)
    async def count(self):
        return str(len(self.books))


port = ray.get(free_port.remote())
serve.start(http_options={"host": "127.0.0.1", "port": port})
serve.run(Library.bind(), name="library", route_prefix="/lib")
for path in ("books/2", "count", "open?day=sunday"):
    print(ray.get(fetch.remote(f"http://127.0.0.1:{port}/lib/{path}")))
serve.shutdown()
