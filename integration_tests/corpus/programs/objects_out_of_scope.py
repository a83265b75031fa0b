"""An object lives as long as somebody refers to it, wherever the reference is."""

import gc

import numpy as np

import ray


@ray.remote(num_cpus=0)
class Cupboard:
    def __init__(self):
        self.references = []

    def store(self, wrapped):
        self.references += wrapped

    def measure(self):
        return [len(ray.get(reference)) for reference in self.references]

    def empty(self):
        count = len(self.references)
        self.references.clear()
        return count


def fill(cupboard):
    local = [ray.put(np.zeros(size)) for size in (10, 100_000)]
    ray.get(cupboard.store.remote(local))


cupboard = Cupboard.remote()
fill(cupboard)
gc.collect()
print("still there:", ray.get(cupboard.measure.remote()))
print("emptied:", ray.get(cupboard.empty.remote()), ray.get(cupboard.measure.remote()))


@ray.remote
def length(array):
    return len(array)


# The temporary has no name here; the task that needs it keeps it.
print(ray.get(length.remote(ray.put(np.ones(150_000)))))
results = [length.remote(ray.put([number] * number)) for number in range(5)]
gc.collect()
print(ray.get(results))
