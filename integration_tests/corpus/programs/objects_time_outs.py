"""`get` with a time-out: what is there comes, what is not raises, and can be asked for again."""

import asyncio

import ray
from ray.exceptions import GetTimeoutError


@ray.remote(num_cpus=0)
class Kettle:
    def __init__(self):
        self.hot = asyncio.Event()

    async def heat(self):
        self.hot.set()

    async def pour(self):
        await self.hot.wait()
        return "tea"


kettle = Kettle.remote()
cup = kettle.pour.remote()
try:
    ray.get(cup, timeout=0.05)
except GetTimeoutError as error:
    print("not yet:", isinstance(error, TimeoutError))
try:
    ray.get(cup, timeout=0)
except GetTimeoutError:
    print("nor at once")
ray.get(kettle.heat.remote())
print(ray.get(cup, timeout=60))
print(ray.get(cup, timeout=0))
print(ray.get([cup, ray.put("milk")], timeout=60))
ready, waiting = ray.wait([kettle.pour.remote(), cup], num_returns=2, timeout=60)
print(len(ready), waiting)
