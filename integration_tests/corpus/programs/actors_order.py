"""Calls from one caller are done in their order; an async actor begins them in order and ends them as it can."""

import asyncio

import ray


@ray.remote
def late(gate):
    ray.get(gate.passed.remote())
    return "late"


@ray.remote(num_cpus=0)
class Gate:
    def __init__(self):
        self.event = asyncio.Event()

    async def passed(self):
        await self.event.wait()

    async def open(self):
        self.event.set()


@ray.remote(num_cpus=0)
class Diary:
    def __init__(self):
        self.entries = []

    def note(self, entry):
        self.entries.append(entry)

    def read(self):
        return self.entries


def sequence(diary, gate):
    # The second call has to wait for its argument, and the third stays behind it.
    diary.note.remote("first")
    diary.note.remote(late.remote(gate))
    diary.note.remote("third")
    reading = diary.read.remote()
    ready, _ = ray.wait([reading], timeout=0.05)
    print("ready before the gate opens:", len(ready))
    ray.get(gate.open.remote())
    return ray.get(reading)


print(sequence(Diary.remote(), Gate.remote()))

free = Diary.options(allow_out_of_order_execution=True).remote()
gate = Gate.remote()
behind = free.note.remote(late.remote(gate))
ray.get(free.note.remote("overtakes"))
ray.get(gate.open.remote())
ray.get(behind)
print(ray.get(free.read.remote()))
