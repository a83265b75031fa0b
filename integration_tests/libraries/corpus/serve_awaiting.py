"""Answers that are awaited, many at once."""

import asyncio

from ray import serve

serve.start(proxy_location="Disabled")


@serve.deployment(max_ongoing_requests=20, ray_actor_options={"num_cpus": 0.1})
class Waiter:
    def __init__(self):
        self.there, self.most = 0, 0

    async def __call__(self, name):
        self.there += 1
        self.most = max(self.most, self.there)
        await asyncio.sleep(0.05)
        self.there -= 1
        return name.upper()

    async def most_at_once(self):
        return self.most > 1


handle = serve.run(Waiter.bind(), name="waiter", route_prefix=None)


async def main():
    answers = await asyncio.gather(*(handle.remote(name) for name in "abcdef"))
    print(answers)
    print(await handle.most_at_once.remote())
    done = await asyncio.wait_for(handle.remote("late"), timeout=60)
    print(done)


asyncio.run(main())
serve.shutdown()
