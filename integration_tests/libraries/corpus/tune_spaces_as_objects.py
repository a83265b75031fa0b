"""Search spaces looked at as objects, before anything runs: their classes, bounds and parts."""

import copy

from ray import tune
from ray.tune.search.sample import Categorical, Domain, Float, Integer

space = {
    "width": tune.choice([16, 32]),
    "rate": tune.loguniform(1e-4, 1e-1),
    "depth": tune.randint(1, 5),
    "seed": tune.grid_search([1, 2]),
    "twice": tune.sample_from(lambda spec: 2 * spec.config.depth),
    "inner": {"noise": tune.quniform(0, 1, 0.25)},
}


def walk(space, path=""):
    for name, value in space.items():
        if isinstance(value, dict) and "grid_search" not in value:
            yield from walk(value, f"{path}{name}/")
        else:
            yield f"{path}{name}", value


for name, value in walk(space):
    print(name, type(value).__name__, isinstance(value, Domain), value if isinstance(value, dict) else "")
width, rate, depth = space["width"], space["rate"], space["depth"]
print(isinstance(width, Categorical), isinstance(rate, Float), isinstance(depth, Integer))
print(width.categories, rate.lower, rate.upper, depth.upper)
other = copy.deepcopy(space)
other["seed"]["grid_search"].append(3)
print(space["seed"], other["seed"], type(other["width"]).__name__)
steps = Float(0, 10).uniform().quantized(5)
print(type(steps).__name__, {value for value in (steps.sample() for _ in range(50)) if value in (0, 5, 10)} > set())
print(width.domain_str, depth.domain_str, len(width), rate.is_valid(0.01), depth.is_valid(7), width.is_function())
