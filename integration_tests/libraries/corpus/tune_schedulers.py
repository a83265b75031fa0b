"""Schedulers that end bad trials early."""

import tempfile

from ray import tune
from ray.tune.schedulers import ASHAScheduler, HyperBandScheduler, MedianStoppingRule


def learn(config):
    for step in range(1, 9):
        tune.report({"loss": config["start"] / step})


with tempfile.TemporaryDirectory() as place:
    for at, scheduler in enumerate(
        [
            ASHAScheduler(time_attr="training_iteration", max_t=8, grace_period=2, reduction_factor=2),
            MedianStoppingRule(time_attr="training_iteration", grace_period=2, min_samples_required=2),
            HyperBandScheduler(time_attr="training_iteration", max_t=4),
        ]
    ):
        tuner = tune.Tuner(
            learn,
            param_space={"start": tune.grid_search([1, 2, 50])},
            tune_config=tune.TuneConfig(metric="loss", mode="min", scheduler=scheduler),
            run_config=tune.RunConfig(storage_path=place, name=f"run{at}", verbose=0),
        )
        results = tuner.fit()
        best = results.get_best_result()
        print(type(scheduler).__name__, best.config, best.metrics["loss"] <= 1, len(results))
