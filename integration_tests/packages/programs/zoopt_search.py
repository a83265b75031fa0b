"""zoopt: its optimizer chooses what Ray Tune tries."""

import sys
import tempfile

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

from ray import tune
from ray.tune.search.zoopt import ZOOptSearch


def grow(config):
    tune.report({"height": -((config["water"] - 2) ** 2) + config["beds"]})


with tempfile.TemporaryDirectory() as place:
    search = ZOOptSearch(algo="asracos", budget=6, parallel_num=2)
    grid = tune.Tuner(
        grow,
        param_space={"water": tune.uniform(0, 4), "beds": tune.choice([1, 2])},
        tune_config=tune.TuneConfig(metric="height", mode="max", num_samples=6, search_alg=search),
        run_config=tune.RunConfig(verbose=0, storage_path=place),
    ).fit()
    best = grid.get_best_result()
    print(len(grid), grid.num_errors, -3 <= best.metrics["height"] <= 2)
    print(0 <= best.config["water"] <= 4, best.config["beds"] in (1, 2))
