"""What goes wrong: errors of a deployment, time-outs, cancelled requests and full queues."""

import asyncio
import time

import ray
from ray import serve
from ray.serve.exceptions import BackPressureError, RequestCancelledError

serve.start(proxy_location="Disabled")


class Refused(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code


@serve.deployment(max_ongoing_requests=1, max_queued_requests=1, ray_actor_options={"num_cpus": 0.1})
class Clerk:
    async def __call__(self, seconds):
        await asyncio.sleep(seconds)
        return seconds

    async def refuse(self, code):
        raise Refused(code)


handle = serve.run(Clerk.bind(), name="clerk", route_prefix=None)
print(handle.remote(0).result(timeout_s=60))
late = handle.remote(60)
try:
    late.result(timeout_s=0.3)
except TimeoutError as error:
    print("late", type(error).__name__)
late.cancel()
try:
    late.result()
except RequestCancelledError as error:
    print(type(error).__name__)
try:
    handle.refuse.remote(7).result()
except Refused as error:
    print(error.code, isinstance(error, ray.exceptions.RayTaskError))

first = handle.remote(3)
time.sleep(1)  # a handle tells nobody that a replica has its request
second = handle.remote(0)
time.sleep(0.5)  # nor that it queues one
try:
    handle.remote(0).result()
except BackPressureError as error:
    print(type(error).__name__)
print(first.result(), second.result())


async def main():
    try:
        await asyncio.wait_for(handle.remote(60), timeout=0.3)
    except asyncio.TimeoutError:
        print("given up")
    try:
        await handle.refuse.remote(8)
    except Refused as error:
        print(error.code)
    return await handle.remote(0)


print(asyncio.run(main()))
try:
    handle.dance.remote().result()
except Exception as error:  # of which class it is, is what this shows
    print(type(error).__name__, "dance" in str(error))
serve.shutdown()
