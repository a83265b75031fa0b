"""A function is tried with each of several configurations."""

import tempfile

from ray import tune


def brew(config):
    taste = 10 - (config["minutes"] - 4) ** 2 + config["leaf"]
    return {"taste": taste}


with tempfile.TemporaryDirectory() as place:
    tuner = tune.Tuner(
        brew,
        param_space={"minutes": tune.grid_search([2, 4, 6]), "leaf": tune.grid_search([0, 1])},
        tune_config=tune.TuneConfig(metric="taste", mode="max"),
        run_config=tune.RunConfig(storage_path=place, name="tea", verbose=0),
    )
    results = tuner.fit()
    print(len(results), results.num_errors, results.num_terminated)
    best = results.get_best_result()
    print(best.config, best.metrics["taste"])
    print(sorted(result.metrics["taste"] for result in results))
    print(results.get_best_result(mode="min").config)
    print(results.experiment_path == f"{place}/tea", type(results).__name__, isinstance(best, tune.Result))
