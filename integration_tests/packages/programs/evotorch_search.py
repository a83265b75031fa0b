"""evotorch: a population is evaluated by actors."""

import logging
import sys

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

import torch
from evotorch import Problem
from evotorch.algorithms import SNES

logging.getLogger("evotorch").setLevel(logging.ERROR)


def sphere(x: torch.Tensor) -> torch.Tensor:
    return torch.sum(x**2)


torch.manual_seed(5)  # not as `seed=`: with actors, evotorch 0.6.1 fails on that by itself
problem = Problem("min", sphere, solution_length=3, initial_bounds=(-1, 1), num_actors=2)
searcher = SNES(problem, stdev_init=1.0, popsize=10)
searcher.run(4)
print(problem.is_main, searcher.status["iter"], round(float(searcher.status["mean_eval"]), 4))
