"""A small simulation in modules of its own: predators and prey on a ring of fields, a task for each part of it."""

import argparse

import ray
from world import Parameters, start
from world.steps import advance

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--parts", type=int, default=3)
parser.add_argument("--steps", type=int, default=5)
parser.add_argument("--seed", type=int, default=11)


def main():
    options = parser.parse_args()
    ray.init(num_cpus=3, include_dashboard=False, log_to_driver=False)
    parameters = ray.put(Parameters(births=0.4, deaths=0.3))
    parts = [start(options.seed + number) for number in range(options.parts)]
    advance_remote = ray.remote(advance)
    for step in range(options.steps):
        parts = [advance_remote.remote(part, parameters, step) for part in parts]
    final = ray.get(parts)
    for number, part in enumerate(final):
        print(number, type(part).__name__, part.describe())
    print("total:", sum(part.prey for part in final))


if __name__ == "__main__":
    main()
