"""Anti-pattern: a large value in a function's closure travels with it; as an argument it goes by the store."""

import random

import numpy as np

import ray

ray.init()

weights = np.arange(200_000, dtype=np.float64)


@ray.remote
def by_closure(index):
    return weights[index]


@ray.remote
def by_argument(values, index):
    return values[index]


reference = ray.put(weights)
indices = random.Random(1).sample(range(len(weights)), 5)
print(ray.get([by_closure.remote(index) for index in indices]) == [float(index) for index in indices])
print(ray.get([by_argument.remote(reference, index) for index in indices]) == [float(index) for index in indices])


# The same argument again and again, by value: it is sent each time, and the result is the same.
print(len({ray.get(by_argument.remote(weights, index)) for index in indices}))

huge = np.zeros(13_000_000)  # 104 MB


@ray.remote
def with_a_huge_closure():
    return len(huge)


try:
    with_a_huge_closure.remote()
except ValueError as error:
    print("too large to go with the function:", "closure" in str(error))
