"""Estimate pi: samplers tell a progress actor how far they are, and the program watches it."""

import argparse
import math
import random

import ray


@ray.remote(num_cpus=0)
class Progress:
    def __init__(self, total):
        self.total = total
        self.done = {}

    def report(self, sampler, samples):
        self.done[sampler] = samples

    def fraction(self):
        return sum(self.done.values()) / self.total


@ray.remote(scheduling_strategy="SPREAD")
def sample(number, samples, progress):
    generator = random.Random(number)
    inside = 0
    for taken in range(1, samples + 1):
        inside += math.hypot(generator.random(), generator.random()) <= 1
        if taken % 1000 == 0:
            progress.report.remote(number, taken)
    progress.report.remote(number, samples)
    return inside


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--samplers", type=int, default=4)
    parser.add_argument("--samples", type=int, default=20_000)
    options = parser.parse_args()

    ray.init(ignore_reinit_error=True)
    total = options.samplers * options.samples
    progress = Progress.options(name="progress", get_if_exists=True).remote(total)
    running = [sample.remote(number, options.samples, progress) for number in range(options.samplers)]
    seen = [0.0]
    while seen[-1] < 1:
        seen.append(ray.get(progress.fraction.remote()))
    print("progress only grows:", seen == sorted(seen), "and ends at", f"{seen[-1]:.0%}")
    inside = sum(ray.get(running))
    print(f"pi is about {4 * inside / total:.4f} after {total} samples")
    print("progress" in ray.util.list_named_actors(), ray.get_actor("progress") == progress)
    ray.kill(progress)
    try:
        while True:
            ray.get(progress.fraction.remote())
    except ray.exceptions.RayActorError:
        print("the progress actor is gone")


if __name__ == "__main__":
    main()
