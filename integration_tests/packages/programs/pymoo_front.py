"""pymoo: the individuals of a population are evaluated in tasks."""

import sys

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

import numpy as np
from pymoo.algorithms.soo.nonconvex.ga import GA
from pymoo.core.problem import ElementwiseProblem
from pymoo.optimize import minimize
from pymoo.parallelization.ray import RayParallelization


class Sphere(ElementwiseProblem):
    def __init__(self, **options):
        super().__init__(n_var=3, n_obj=1, xl=-2.0, xu=2.0, **options)

    def _evaluate(self, x, out, *args, **kwargs):
        out["F"] = float(np.sum((x - 0.5) ** 2))


problem = Sphere(elementwise_runner=RayParallelization())
found = minimize(problem, GA(pop_size=12), ("n_gen", 3), seed=1, verbose=False)
print(np.round(found.X, 6).tolist(), round(float(found.F[0]), 6))
