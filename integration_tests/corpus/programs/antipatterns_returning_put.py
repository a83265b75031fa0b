"""Anti-pattern: `put` inside a task for what it could return; the reference then leads to a reference."""

import numpy as np

import ray


@ray.remote
def puts():
    return ray.put(np.ones(20_000))


@ray.remote
def returns():
    return np.ones(20_000)


@ray.remote(num_returns=2)
def returns_two():
    return np.ones(20_000), "label"


@ray.remote
def unwraps(value):
    return type(value).__name__


print(ray.get([unwraps.remote(puts.remote()), unwraps.remote(returns.remote())]))
inner = ray.get(puts.remote())
print(isinstance(inner, ray.ObjectRef), ray.get(inner).sum())
array, label = ray.get(returns_two.remote())
print(array.sum(), label)
