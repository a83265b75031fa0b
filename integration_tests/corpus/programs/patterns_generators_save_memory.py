"""Pattern: a task that yields its results one by one needs memory for one of them."""

import numpy as np

import ray

ray.init()


@ray.remote(num_returns=4)
def all_at_once(size):
    return [np.full(size, number) for number in range(4)]


@ray.remote(num_returns=4)
def one_by_one(size):
    for number in range(4):
        yield np.full(size, number)


@ray.remote
def total(block):
    return int(block.sum())


for task in (all_at_once, one_by_one):
    blocks = task.remote(50_000)
    print(len(blocks), ray.get([total.remote(block) for block in blocks]))

dynamic = one_by_one.options(num_returns="streaming").remote(10)
print([int(ray.get(block)[0]) for block in dynamic])


@ray.remote(num_returns=2, max_retries=0)
def too_few():
    yield "one"


first, second = too_few.remote()
try:
    print(ray.get(second))
except ValueError as error:
    print("the second is missing:", isinstance(error, ray.exceptions.RayTaskError))
