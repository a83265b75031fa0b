"""FLAML: its own search with trials of Ray Tune."""

import sys
import tempfile
import warnings

import ray

warnings.simplefilter("ignore")
if sys.argv[1:] == ["init"]:
    ray.init()

from flaml import tune


def evaluate(config):
    return {"cost": (config["x"] - 3) ** 2 + config["y"]}


with tempfile.TemporaryDirectory() as place:
    analysis = tune.run(
        evaluate,
        config={"x": tune.randint(1, 6), "y": tune.choice([0, 5])},
        metric="cost",
        mode="min",
        num_samples=4,
        low_cost_partial_config={"x": 1},
        use_ray=True,
        verbose=0,
        storage_path=place,
        resources_per_trial={"cpu": 1},
        n_concurrent_trials=1,
    )
    print(len(analysis.trials), analysis.best_result["cost"] <= 9, sorted(analysis.best_config))
