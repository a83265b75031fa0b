"""Values are put once and read often; what comes out of the store is a copy, and arrays in it cannot be changed."""

import numpy as np

import ray

table = {"names": ["a", "b"], "values": np.arange(6, dtype=np.float64).reshape(2, 3)}
reference = ray.put(table)
copy = ray.get(reference)
print(copy is table, copy["names"] == table["names"], bool((copy["values"] == table["values"]).all()))

large = ray.get(ray.put(np.zeros(300_000)))
print("large array writeable:", large.flags.writeable)
try:
    large[0] = 1
except ValueError as error:
    print("read-only:", "read-only" in str(error))
mine = large.copy()
mine[0] = 1
print(mine.sum())

# `get` takes a list and keeps its order.
references = [ray.put(letter) for letter in "xyz"]
print(ray.get(references), ray.get([]))
print(ray.get(references[1]), len({references[0], references[0], references[1]}))

for wrong in (5, ["not a reference"]):
    try:
        ray.get(wrong)
    except (TypeError, ValueError) as error:
        print(type(error).__name__)
try:
    ray.put(references[0])
except TypeError as error:
    print("a reference cannot be put:", type(error).__name__)
