"""Results that come while a task still runs: generators of tasks and of actors, and tasks that take their items."""

import asyncio

import numpy as np

import ray


@ray.remote
def blocks(count, size):
    for number in range(count):
        yield np.full(size, number, dtype=np.int32)


@ray.remote
def total(block):
    return int(block.sum())


@ray.remote
class Sensor:
    def __init__(self, start):
        self.value = start

    def read(self, count):
        for _ in range(count):
            self.value += 1
            yield self.value


@ray.remote(num_returns="streaming", max_retries=0)
def breaks(after):
    for number in range(after):
        yield number
    raise RuntimeError("the source ran dry")


async def squares(sensor, count):
    found = []
    async for reference in sensor.read.remote(count):
        found.append((await reference) ** 2)
    return found


ray.init()
print([ray.get(total.remote(reference)) for reference in blocks.remote(4, 1000)])
print(ray.get([total.remote(reference) for reference in blocks.remote(3, 200_000)]))

sensor = Sensor.remote(10)
print([ray.get(reference) for reference in sensor.read.remote(3)])
print(asyncio.run(squares(sensor, 3)))

stream = blocks.remote(2, 5)
ready, _ = ray.wait([stream], num_returns=1, timeout=30)
print(len(ready), isinstance(stream, ray.ObjectRefGenerator), ray.get(next(stream)).tolist())

collected = []
try:
    for reference in breaks.remote(2):
        collected.append(ray.get(reference))
except RuntimeError as error:
    print(collected, type(error).__name__, "ran dry" in str(error))
