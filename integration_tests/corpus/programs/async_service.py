"""An asyncio program in front of async actors: a cache that coalesces requests, limits, and timeouts."""

import asyncio

import ray
from ray.exceptions import GetTimeoutError, TaskCancelledError


@ray.remote(num_cpus=0)
class Cache:
    def __init__(self):
        self.values = {}
        self.loads = 0
        self.lock = asyncio.Lock()

    async def fetch(self, key):
        async with self.lock:
            if key not in self.values:
                self.loads += 1
                await asyncio.sleep(0)
                self.values[key] = key.upper()
        return self.values[key]

    async def count(self):
        return self.loads


@ray.remote(num_cpus=0, concurrency_groups={"gate": 2, "answers": 4})
class Service:
    def __init__(self, cache):
        self.cache = cache
        self.gate = asyncio.Event()

    @ray.method(concurrency_group="answers")
    async def answer(self, key):
        return await self.cache.fetch.remote(key)

    @ray.method(concurrency_group="gate")
    async def wait_for_gate(self):
        await self.gate.wait()
        return "open"

    @ray.method(concurrency_group="gate")
    async def open_gate(self):
        self.gate.set()


@ray.remote(num_cpus=0)
class Sleeper:
    async def sleep(self):
        await asyncio.Event().wait()

    async def ping(self):
        return "awake"


async def main():
    cache = Cache.remote()
    service = Service.remote(cache)
    answers = await asyncio.gather(*(service.answer.remote("abc"[number % 3]) for number in range(30)))
    print("".join(answers), await cache.count.remote())
    blocked = service.wait_for_gate.remote()
    ready, waiting = ray.wait([blocked], timeout=0.05)
    print(len(ready), len(waiting), await service.answer.remote("late"))
    await service.open_gate.remote()
    print(await blocked)

    sleeper = Sleeper.remote()
    forever = sleeper.sleep.remote()
    try:
        await asyncio.wait_for(asyncio.wrap_future(forever.future()), 0.05)
    except asyncio.TimeoutError:
        print("asyncio timed out")
    try:
        ray.get(forever, timeout=0.05)
    except GetTimeoutError as error:
        print("get timed out", isinstance(error, TimeoutError))
    print(await sleeper.ping.remote())
    ray.cancel(forever)
    try:
        await forever
    except TaskCancelledError:
        print("cancelled")


ray.init()
asyncio.run(main())
