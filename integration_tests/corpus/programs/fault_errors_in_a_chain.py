"""Errors of a chain: a failure in the middle shows at the end, and the branches beside it go on."""

import ray
from ray.exceptions import RayTaskError

ray.init()


class Broken(RuntimeError):
    pass


@ray.remote(max_retries=0)
def step(value, name, breaks=False):
    if breaks:
        raise Broken(name)
    return [*value, name]


@ray.remote(max_retries=0)
def collects(*parts):
    return [name for part in parts for name in part]


@ray.remote(max_retries=0)
def tolerates(wrapped):
    found = []
    for reference in wrapped:
        try:
            found.append(ray.get(reference))
        except Broken as error:
            found.append(f"broken at {error.cause.args[0]}" if isinstance(error, RayTaskError) else "?")
    return found


start = step.remote([], "start")
good = step.remote(start, "good")
bad = step.remote(start, "bad", breaks=True)
after = step.remote(step.remote(bad, "x"), "y")

print(ray.get(good))
try:
    ray.get(after)
except Broken as error:
    print("first cause:", error.cause.args, isinstance(error.cause, Broken))
try:
    ray.get(collects.remote(good, after, good))
except RayTaskError as error:
    print(type(error.cause).__name__)
print(ray.get(tolerates.remote([good, bad, after])))
ready, _ = ray.wait([after, good], num_returns=2, timeout=60)
print("what failed is ready too:", len(ready))
