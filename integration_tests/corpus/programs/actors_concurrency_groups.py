"""Concurrency groups: slow calls do not stand in the way of quick ones."""

import asyncio
import threading

import ray


@ray.remote(concurrency_groups={"io": 3, "compute": 1})
class Server:
    def __init__(self):
        self.gate = asyncio.Event()
        self.log = []

    @ray.method(concurrency_group="io")
    async def download(self, name):
        await self.gate.wait()
        self.log.append(name)
        return name

    @ray.method(concurrency_group="compute")
    async def compute(self, number):
        return number * number

    @ray.method(concurrency_group="io")  # each group has an event loop of its own
    async def release(self):
        self.gate.set()
        return len(self.log)


@ray.remote(concurrency_groups={"waiting": 1, "asking": 1}, num_cpus=0)
class Threaded:
    def __init__(self):
        self.event = threading.Event()

    @ray.method(concurrency_group="waiting")
    def wait(self):
        return self.event.wait(timeout=60)

    @ray.method(concurrency_group="asking")
    def is_set(self):
        return self.event.is_set()

    def set(self):
        self.event.set()


server = Server.remote()
downloads = [server.download.remote(name) for name in ("a.csv", "b.csv")]
print("meanwhile", ray.get([server.compute.remote(number) for number in range(4)]))
print(ray.get(server.release.remote()), sorted(ray.get(downloads)))

threaded = Threaded.remote()
waiting = threaded.wait.remote()
print(ray.get(threaded.is_set.remote()))
ray.get(threaded.set.remote())
print(ray.get(waiting), ray.get(threaded.is_set.options(concurrency_group="waiting").remote()))
