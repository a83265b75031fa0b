"""Pattern: an actor as a signal on which many tasks wait, and a barrier for them."""

import asyncio

import ray


@ray.remote(num_cpus=0)
class Signal:
    def __init__(self):
        self.event = asyncio.Event()
        self.waiters = 0

    async def send(self, clear=False):
        self.event.set()
        if clear:
            self.event.clear()

    async def wait(self):
        self.waiters += 1
        await self.event.wait()
        self.waiters -= 1

    async def number_of_waiters(self):
        return self.waiters


@ray.remote(num_cpus=0)
class Barrier:
    def __init__(self, parties):
        self.parties, self.count, self.open = parties, 0, asyncio.Event()

    async def arrive(self):
        self.count += 1
        place = self.count
        if self.count == self.parties:
            self.open.set()
        await self.open.wait()
        return place


@ray.remote(num_cpus=0.1)
def runner(signal, barrier, number):
    ray.get(signal.wait.remote())
    return ray.get(barrier.arrive.remote()), number


signal, barrier = Signal.remote(), Barrier.remote(4)
runners = [runner.remote(signal, barrier, number) for number in range(4)]
while ray.get(signal.number_of_waiters.remote()) < 4:
    pass
ready, _ = ray.wait(runners, timeout=0.01)
print("at the start line:", ray.get(signal.number_of_waiters.remote()), "finished:", len(ready))
ray.get(signal.send.remote())
places = ray.get(runners)
print(sorted(place for place, _ in places), sorted(number for _, number in places))
