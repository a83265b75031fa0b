"""What a task raises comes to whoever asks for its result, and goes through the tasks that need it."""

import ray
from ray.exceptions import RayError, RayTaskError


class OutOfStock(Exception):
    def __init__(self, item, wanted):
        super().__init__(item, wanted)
        self.item = item
        self.wanted = wanted

    def __str__(self):
        return f"{self.wanted} of {self.item} wanted"


STOCK = {"bolts": 40, "nuts": 12}


@ray.remote(max_retries=0)
def take(item, count):
    if STOCK[item] < count:
        raise OutOfStock(item, count)
    return STOCK[item] - count


@ray.remote(max_retries=0)
def describe(left):
    return f"{left} left"


print(ray.get(describe.remote(take.remote("bolts", 15))))

try:
    ray.get(describe.remote(take.remote("nuts", 15)))
except OutOfStock as error:
    print(isinstance(error, RayTaskError), isinstance(error, RayError))
    print(error.cause.item, error.cause.wanted)
    print(str(error).splitlines()[-1])

try:
    ray.get(take.remote("washers", 1))
except KeyError as error:
    print(type(error).__name__, type(error.cause), error.cause.args)

# One of many: the first that is asked for decides.
some = [take.remote("nuts", 2), take.remote("nuts", 100), take.remote("washers", 1)]
for reference in some:
    try:
        print("fine", ray.get(reference))
    except RayTaskError as error:
        print("failed", type(error.cause).__name__)
