"""Compiled graphs whose results are awaited."""

import asyncio

import ray
from ray.dag import InputNode, MultiOutputNode

ray.init()


@ray.remote(num_cpus=0)
class Stage:
    def __init__(self, plus):
        self.plus = plus

    def go(self, value):
        if value is None:
            raise ValueError("nothing")
        return value + self.plus


first, second = Stage.remote(1), Stage.remote(10)


async def main():
    with InputNode() as given:
        graph = second.go.bind(first.go.bind(given)).experimental_compile(enable_asyncio=True)
    print([await (await graph.execute_async(value)) for value in range(3)])
    futures = [await graph.execute_async(value) for value in range(4)]
    print(await asyncio.gather(*futures))
    try:
        graph.execute(1)
    except ValueError as error:
        print(error)
    graph.teardown()

    with InputNode() as given:
        both = MultiOutputNode([first.go.bind(given[0]), second.go.bind(given.more)])
        graph = both.experimental_compile(enable_asyncio=True)
    parts = await graph.execute_async(5, more=6)
    print(type(parts).__name__, await asyncio.gather(*parts))
    graph.teardown()

    with InputNode() as given:
        graph = first.go.bind(given).experimental_compile(enable_asyncio=True)
    try:
        await (await graph.execute_async(None))
    except ValueError as error:
        print("nothing" in str(error))
    graph.teardown()


asyncio.run(main())
