"""deephyper: a function is evaluated at several points in tasks."""

import sys
import warnings

import ray

warnings.simplefilter("ignore")
if sys.argv[1:] == ["init"]:
    ray.init()

from deephyper.evaluator import Evaluator


def run(job):
    return -((job["x"] - 3) ** 2)


if __name__ == "__main__":
    evaluator = Evaluator.create(run, method="ray", method_kwargs={"ray_kwargs": {"ignore_reinit_error": True}})
    evaluator.submit([{"x": number} for number in range(6)])
    print(sorted((job.args["x"], job.output) for job in evaluator.gather("ALL")))
