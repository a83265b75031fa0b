"""Async actors serve many calls at once, in one thread."""

import asyncio

import ray


@ray.remote
class Restaurant:
    def __init__(self, tables):
        self.free = asyncio.Semaphore(tables)
        self.inside = self.most = 0
        self.full = asyncio.Event()
        self.tables = tables

    async def dine(self, guest):
        async with self.free:
            self.inside += 1
            self.most = max(self.most, self.inside)
            if self.inside == self.tables:
                self.full.set()
            await self.full.wait()
            self.inside -= 1
        return guest.upper()

    async def busiest(self):
        return self.most

    async def courses(self, count):
        for number in range(count):
            await asyncio.sleep(0)
            yield f"course {number + 1}"

    async def complain(self):
        await asyncio.sleep(0)
        raise RuntimeError("the soup is cold")


async def main():
    restaurant = Restaurant.remote(tables=3)
    guests = ["ann", "ben", "cleo", "dora", "emil", "fritz"]
    print(await asyncio.gather(*[restaurant.dine.remote(guest) for guest in guests]))
    print("at most", await restaurant.busiest.remote())
    async for course in restaurant.courses.remote(3):
        print(await course)
    try:
        await restaurant.complain.remote()
    except RuntimeError as error:
        print(str(error).splitlines()[-1])
    done, pending = await asyncio.wait([asyncio.ensure_future(wrap(restaurant.busiest.remote()))], timeout=30)
    print(len(done), len(pending), [task.result() for task in done])


async def wrap(reference):
    return await reference


if __name__ == "__main__":
    asyncio.run(main())
