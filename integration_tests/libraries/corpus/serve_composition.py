"""Deployments that ask each other."""

import asyncio

from ray import serve
from ray.serve.handle import DeploymentHandle

serve.start(proxy_location="Disabled")


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
class Adder:
    def __init__(self, amount: int):
        self.amount = amount

    def add(self, value: int) -> int:
        return value + self.amount


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
class Doubler:
    async def __call__(self, value: int) -> int:
        return value * 2


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
class Front:
    def __init__(self, adders: list, doubler: DeploymentHandle):
        self.adders, self.doubler = adders, doubler

    async def __call__(self, value: int) -> dict:
        sums = await asyncio.gather(*(adder.add.remote(value) for adder in self.adders))
        chained = await self.doubler.remote(self.adders[0].add.remote(value))
        return {"sums": sums, "chained": chained}


app = Front.bind([Adder.options(name="one").bind(1), Adder.options(name="ten").bind(10)], Doubler.bind())
handle = serve.run(app, name="sums", route_prefix=None)
print(handle.remote(5).result())
one = serve.get_deployment_handle("one", app_name="sums")
print(one.add.remote(41).result())
print(sorted(serve.status().applications["sums"].deployments))
serve.shutdown()
