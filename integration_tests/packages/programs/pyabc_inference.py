"""pyabc: particles are simulated by a pool of actors."""

import logging
import sys
import tempfile

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

import pyabc
from ray.util.multiprocessing import Pool

logging.getLogger("ABC").setLevel(logging.ERROR)


def model(parameter):
    return {"y": parameter["mean"]}


def distance(one, other):
    return abs(one["y"] - other["y"])


with Pool(2) as pool, tempfile.TemporaryDirectory() as place:
    inference = pyabc.ABCSMC(
        model,
        pyabc.Distribution(mean=pyabc.RV("uniform", 0, 4)),
        distance,
        population_size=20,
        sampler=pyabc.sampler.MappingSampler(map_=pool.map),
    )
    inference.new(f"sqlite:///{place}/runs.db", {"y": 2.0})
    history = inference.run(max_nr_populations=2)
    frame, weights = history.get_distribution()
    print(len(frame), history.max_t, abs(float((frame["mean"] * weights).sum()) - 2.0) < 1.0)
