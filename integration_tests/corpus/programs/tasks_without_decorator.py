"""Functions that cannot be decorated, since somebody else wrote them: `ray.remote` as a call."""

import collections
import functools
import math
import operator

import ray

ray.init(ignore_reinit_error=True)

gcd = ray.remote(lambda a, b: math.gcd(a, b))
print(ray.get(gcd.remote(84, 36)))


def volume(length, width, height=1):
    return length * width * height


remote_volume = ray.remote(volume)
print(ray.get(remote_volume.remote(2, 3)), ray.get(remote_volume.remote(2, 3, height=4)), volume(1, 1))

with_options = ray.remote(num_cpus=0.5, name="small")(volume)
print(ray.get([with_options.remote(side, side, side) for side in range(4)]))

# A class works the same way.
Basket = ray.remote(collections.Counter)
basket = Basket.remote(["apple", "pear", "apple"])
print(ray.get(basket.most_common.remote()))


def total(*parts):
    return functools.reduce(operator.add, parts)


print(ray.get(ray.remote(total).remote("r", "a", "y")))
try:
    ray.remote(num_of_cpus=3)(total)
except (TypeError, ValueError) as error:
    print(type(error).__name__)
