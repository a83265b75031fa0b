"""A task that yields: each value is here as soon as it is made, not when the task is done.

python streaming.py ray://127.0.0.1:20001
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator

import ray_client as ray


@ray.remote(num_returns="streaming")
def countdown(start: int) -> Iterator[int]:
    for number in range(start, 0, -1):
        time.sleep(0.2)
        yield number


async def follow(start: int) -> list[int]:
    """Take the values with `async for`; several can be followed in one thread."""
    return [await reference async for reference in countdown.remote(start)]


async def follow_both() -> None:
    print("at once:", await asyncio.gather(follow(3), follow(4)))


def main() -> None:
    with ray.init(sys.argv[1] if len(sys.argv) > 1 else None):
        for reference in countdown.remote(3):
            print(ray.get(reference), flush=True)
        asyncio.run(follow_both())


if __name__ == "__main__":
    main()
