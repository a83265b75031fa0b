"""Requests over HTTP, sent from the cluster's side."""

import socket

import ray
from ray import serve

ray.init()


@ray.remote(num_cpus=0)
def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@ray.remote(num_cpus=0)
def fetch(url, data=None):
    from urllib.request import urlopen

    with urlopen(url, data=data) as answer:
        return answer.status, answer.read().decode()


port = ray.get(free_port.remote())
serve.start(http_options={"host": "127.0.0.1", "port": port})


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
class Echo:
    async def __call__(self, request):
        body = (await request.body()).decode()
        return {"path": request.url.path, "who": request.query_params.get("who"), "body": body}


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
def plain(request):
    return f"{request.method} {request.url.path}"


serve.run(Echo.bind(), name="echo", route_prefix="/echo")
serve.run(plain.bind(), name="plain", route_prefix="/plain")
print(ray.get(fetch.remote(f"http://127.0.0.1:{port}/echo/a?who=me", b"hello")))
print(ray.get(fetch.remote(f"http://127.0.0.1:{port}/plain")))
serve.shutdown()
