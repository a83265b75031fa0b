"""Large values for all trials, a dataset among them, and what a trial takes of the cluster."""

import tempfile

import numpy as np

import ray
from ray import tune


def fit(config, table=None, rows=None):
    tune.report({"sum": float(table.sum()) * config["x"], "rows": rows.count()})


table, rows = np.ones((100, 100)), ray.data.range(6)
trainable = tune.with_parameters(fit, table=table, rows=rows)
trainable = tune.with_resources(trainable, {"cpu": 0.5})
with tempfile.TemporaryDirectory() as place:
    results = tune.Tuner(
        trainable,
        param_space={"x": tune.grid_search([1, 2])},
        run_config=tune.RunConfig(storage_path=place, verbose=0),
    ).fit()
    print(sorted((result.metrics["sum"], result.metrics["rows"]) for result in results), results.num_errors)
group = tune.PlacementGroupFactory([{"CPU": 1}, {"CPU": 0.5}])
print(group.required_resources, tune.with_resources(fit, group) is not None)
