"""Functions that give their output in pieces, and ones that wait for something else meanwhile."""

import asyncio

import numpy as np

import ray


def pieces(batch):
    for value in batch["id"]:
        yield {"id": np.array([value] * 2)}


print(sorted(int(row["id"]) for row in ray.data.range(4).map_batches(pieces).take_all()))


class Slow:
    async def __call__(self, row):
        await asyncio.sleep(0)
        return {"answer": row["id"] + 40}


print(sorted(row["answer"] for row in ray.data.range(3).map(Slow, concurrency=1).take_all()))
