"""Actors that many tests need, most of them to make the order of events certain."""

from __future__ import annotations

import asyncio

from conformance.api import ray


@ray.remote(num_cpus=0)
class Counter:
    """Counts its calls."""

    def __init__(self) -> None:
        self.count = 0

    def increment(self) -> int:
        self.count += 1
        return self.count

    def value(self) -> int:
        return self.count


@ray.remote(num_cpus=0)
class Gate:
    """Lets callers through once it is opened."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()

    async def open(self) -> None:
        self.opened.set()

    async def passed(self, value: object = "passed") -> object:
        await self.opened.wait()
        return value


@ray.remote(num_cpus=0)
class Meeting:
    """Lets callers through once so many different processes have come."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.processes: set[int] = set()
        self.complete = asyncio.Event()

    async def attend(self, process: int) -> None:
        self.processes.add(process)
        if len(self.processes) == self.size:
            self.complete.set()
        await self.complete.wait()
