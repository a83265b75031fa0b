"""A queue between tasks that know nothing of each other: bounded, with time-outs, in batches, and async."""

import asyncio

import ray
from ray.util.queue import Empty, Full, Queue

ray.init()


@ray.remote(num_cpus=0)
def produce(queue, start, count):
    for number in range(start, start + count):
        queue.put(number)
    return count


@ray.remote(num_cpus=0)
def consume(queue, count):
    return sum(queue.get(timeout=60) for _ in range(count))


queue = Queue(maxsize=5)
consumers = [consume.remote(queue, 10) for _ in range(2)]
producers = [produce.remote(queue, 100 * number, 10) for number in range(2)]
print(ray.get(producers), sum(ray.get(consumers)), queue.empty())

queue.put_nowait_batch(list("abcd"))
print(queue.qsize(), queue.full(), len(queue))
try:
    queue.put_nowait_batch(list("xy"))
except Full:
    print("no room for two")
queue.put("e")
try:
    queue.put("f", timeout=0.01)
except Full:
    print("full")
print(queue.get_nowait_batch(3), queue.get(), queue.get_nowait())
try:
    queue.get(block=False)
except Empty:
    print("empty")
try:
    queue.get(timeout=-1)
except ValueError as error:
    print(error)


async def chat():
    line = Queue()

    async def speak():
        for word in ("how", "are", "you"):
            await line.put_async(word)

    async def listen():
        return [await line.get_async() for _ in range(3)]

    words, _ = await asyncio.gather(listen(), speak())
    return words


print(asyncio.run(chat()))
held = queue.actor
queue.shutdown(force=True)
try:
    while True:  # its end takes a moment
        ray.get(held.qsize.remote())
except ray.exceptions.RayActorError:
    print("shut")
