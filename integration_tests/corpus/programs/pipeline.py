"""A pipeline of actors: a queue between producer and consumers, and a pool of actors behind it."""

import ray
from ray.util import ActorPool
from ray.util.queue import Empty, Full, Queue


@ray.remote(num_cpus=0.5)
class Parser:
    def parse(self, line):
        name, _, value = line.partition("=")
        return name, int(value)


@ray.remote(num_cpus=0)
class Sink:
    def __init__(self):
        self.seen = {}

    def consume(self, queue):
        while (item := queue.get()) is not None:
            name, value = item
            self.seen.setdefault(name, []).append(value)
        return len(self.seen)

    def totals(self):
        return {name: sum(values) for name, values in sorted(self.seen.items())}


@ray.remote(num_cpus=0)
def produce(queue, pairs):
    for pair in pairs:
        queue.put(pair)
    return queue.size() >= 0


ray.init()
pool = ActorPool([Parser.remote() for _ in range(2)])
lines = [f"{'abc'[number % 3]}={number}" for number in range(30)]
parsed = list(pool.map(lambda actor, line: actor.parse.remote(line), lines))
print(parsed[:3], len(parsed), pool.has_next(), pool.has_free())
unordered = sorted(pool.map_unordered(lambda actor, line: actor.parse.remote(line), lines[:5]))
print(unordered)

queue = Queue(maxsize=4)
sink = Sink.remote()
consumed = sink.consume.remote(queue)
print(all(ray.get([produce.remote(queue, parsed[start::2]) for start in range(2)])))
queue.put(None)
print(ray.get(consumed), ray.get(sink.totals.remote()))

queue.put_nowait_batch([1, 2, 3, 4])
try:
    queue.put(5, block=False)
except Full:
    print("full", queue.qsize(), queue.full())
print(queue.get_nowait_batch(4), queue.empty())
try:
    queue.get(timeout=0.05)
except Empty:
    print("empty")
queue.shutdown()
