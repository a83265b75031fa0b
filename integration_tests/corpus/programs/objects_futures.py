"""A reference is a future too: of concurrent.futures, of asyncio, and with a callback."""

import asyncio
import concurrent.futures
import threading

import ray


@ray.remote
def square(number):
    return number * number


@ray.remote(max_retries=0)
def fail():
    raise LookupError("nothing here")


future = square.remote(5).future()
print(isinstance(future, concurrent.futures.Future), future.result(timeout=60))
futures = [square.remote(number).future() for number in range(4)]
print(sorted(done.result() for done in concurrent.futures.as_completed(futures, timeout=60)))
try:
    fail.remote().future().result(timeout=60)
except LookupError as error:
    print(str(error).splitlines()[-1])

called = threading.Event()
square.remote(6).future().add_done_callback(lambda done: (print("called back:", done.result()), called.set()))
print(called.wait(60))


async def main():
    print(await square.remote(7))
    print(await asyncio.gather(*[square.remote(number) for number in range(3)]))
    first = await asyncio.wait_for(square.remote(8), timeout=60)
    print(first)
    results = await asyncio.gather(square.remote(9), fail.remote(), return_exceptions=True)
    print(results[0], isinstance(results[1], LookupError))
    done, _ = await asyncio.wait([asyncio.wrap_future(square.remote(10).future())])
    print([each.result() for each in done])


asyncio.run(main())
