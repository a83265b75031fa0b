"""emcee: a sampler whose pool is `ray.util.multiprocessing.Pool`."""

import sys

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

import emcee
import numpy as np
from ray.util.multiprocessing import Pool


def log_density(position):
    return -0.5 * float(np.sum(position**2))


np.random.seed(3)
with Pool(2) as pool:
    sampler = emcee.EnsembleSampler(8, 2, log_density, pool=pool)
    sampler.run_mcmc(np.random.randn(8, 2), 5)
print(np.round(sampler.get_chain(flat=True).mean(axis=0), 6).tolist())
