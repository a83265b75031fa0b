"""Answers that come in pieces."""

import asyncio
import itertools

from ray import serve

serve.start(proxy_location="Disabled")


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
class Teller:
    def words(self, text):
        for word in text.split():
            yield word

    async def count(self, to):
        for number in range(to):
            yield number
            await asyncio.sleep(0)

    def endless(self):
        yield from itertools.count()

    def broken(self):
        yield 1
        raise KeyError("torn")


handle = serve.run(Teller.bind(), name="teller", route_prefix=None).options(stream=True)
for word in handle.words.remote("a short story"):
    print(word)
print(list(handle.count.remote(4)))
print(list(itertools.islice(handle.endless.remote(), 3)))
found = []
try:
    for number in handle.broken.remote():
        found.append(number)
except KeyError as error:
    print(found, "torn" in str(error))


async def listen():
    return [number async for number in handle.count.remote(3)]


print(asyncio.run(listen()))
serve.shutdown()
