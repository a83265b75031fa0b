"""Generators that take what other generators give, and requests that are answered piece by piece."""

import asyncio

from ray import serve
from ray.serve.handle import DeploymentHandle, DeploymentResponseGenerator

serve.start(proxy_location="Disabled")


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
class Words:
    async def __call__(self, text):
        for word in text.split():
            await asyncio.sleep(0.01)
            yield word

    def numbers(self, count):
        yield from range(count)


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
class Louder:
    def __init__(self, words: DeploymentHandle):
        self.words = words.options(stream=True)

    async def __call__(self, text):
        async for word in self.words.remote(text):
            yield word.upper()

    async def break_after(self, count):
        for number in range(count):
            yield number
        raise RuntimeError(f"after {count}")


handle = serve.run(Louder.bind(Words.bind()), name="streams", route_prefix=None)
streaming = handle.options(stream=True)
response = streaming.remote("so it goes on")
print(isinstance(response, DeploymentResponseGenerator), list(response))


async def collect(text):
    return [word async for word in streaming.remote(text)]


async def main():
    print(await asyncio.gather(collect("a b"), collect("c d e")))
    print(await streaming.remote("only one").__anext__())


asyncio.run(main())
got = []
try:
    for number in handle.options(stream=True, method_name="break_after").remote(3):
        got.append(number)
except Exception as error:  # of which class it is, is what this shows
    print(got, type(error).__name__, "after 3" in str(error))
numbers = serve.get_deployment_handle("Words", "streams").options(stream=True).numbers
many = numbers.remote(1000)
print(next(many), next(many))
many.cancel()
print(sum(numbers.remote(2000)))
serve.shutdown()
