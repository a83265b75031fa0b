"""Iterators that are closed, thrown into and cancelled before their end."""

import asyncio
import itertools

import ray
from ray import serve

context = ray.init()
# On Ray itself the program is the driver.
run = getattr(context, "run", lambda function, *args, **kwargs: function(*args, **kwargs))


def numbers(to, name="numbers"):
    try:
        yield from range(to)
    except LookupError as error:
        print(name, "got", repr(error))
        yield -1
    finally:
        print(name, "ended")


found = run(numbers, 10**9)
print(next(found), next(found))
found.close()
print(next(found, "closed"))

found = run(numbers, 10**9, name="interrupted")
for number in found:
    if number == 2000:
        break
print(found.throw(LookupError("of the program")), list(found))
print(list(run(numbers, 3)))


async def awaited(to):
    for number in range(to):
        await asyncio.sleep(0)
        yield number


async def some():
    found = run(awaited, 10**9)
    async for number in found:
        if number == 3:
            break
    await found.aclose()
    return [number async for number in found]


print(asyncio.run(some()))

serve.start(proxy_location="Disabled")


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
class Clock:
    async def tick(self):
        for number in itertools.count():
            yield number
            await asyncio.sleep(0.05)


clock = serve.run(Clock.bind(), name="clock", route_prefix=None).options(stream=True)
ticks = clock.tick.remote()
print([next(ticks) for _ in range(3)])
ticks.cancel()
try:
    print(next(ticks))
except serve.exceptions.RequestCancelledError as error:
    print(type(error).__name__)
serve.shutdown()
