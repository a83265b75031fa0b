"""Nothing here calls `init`, and all of it runs in an event loop."""

import asyncio

import ray


@ray.remote
def letters(word):
    return sorted(set(word))


@ray.remote(num_cpus=0)
class Ticker:
    async def ticks(self, count):
        for number in range(count):
            await asyncio.sleep(0)
            yield number


async def consume(ticker, count):
    return [await reference async for reference in ticker.ticks.remote(count)]


async def main():
    print(await letters.remote("hello"))
    ticker = Ticker.remote()
    print(await asyncio.gather(consume(ticker, 2), consume(ticker, 4)))
    word = ray.put("queue")
    print(await letters.remote(word), await word)
    async with asyncio.timeout(60) if hasattr(asyncio, "timeout") else asyncio.Lock():
        print(await asyncio.gather(*map(letters.remote, ["aa", "bab"])))


asyncio.run(main())
