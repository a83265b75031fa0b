"""How long many awaits take that are in flight at once, beside a `get` of as many: `awaits.py ray://host:port [N]`."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time

import ray_client

ROUNDS = 5


async def main(address: str, count: int) -> None:
    async with await ray_client.connect_async(address, log_to_driver=False) as session:

        @session.remote(num_cpus=0)
        class Echo:
            async def give(self, number: int) -> int:
                return number

        echo = Echo.options(max_concurrency=count).remote()
        await echo.give.remote(0)
        took_ms: dict[str, list[float]] = {"get of a list": [], "aget of a list": [], "an await for each": []}
        for _ in range(ROUNDS):
            for name, times_ms in took_ms.items():
                began_s = time.perf_counter()
                refs = [echo.give.remote(number) for number in range(count)]
                if name == "get of a list":
                    values = session.get(refs)
                elif name == "aget of a list":
                    values = await session.aget(refs)
                else:
                    values = await asyncio.gather(*refs)
                times_ms.append((time.perf_counter() - began_s) * 1000)
                assert values == list(range(count))
        for name, times_ms in took_ms.items():
            print(f"{name:20} {count} calls: median {statistics.median(times_ms):7.1f} ms")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000))
