"""What the results of an experiment can be asked."""

import tempfile

from ray import tune


def run(config):
    for step in range(1, 4):
        tune.report({"value": config["x"] * step, "step": step})


with tempfile.TemporaryDirectory() as place:
    grid = tune.Tuner(
        run,
        param_space={"x": tune.grid_search([1, 3])},
        run_config=tune.RunConfig(storage_path=place, name="asked", verbose=0),
    ).fit()
    table = grid.get_dataframe(filter_metric="value", filter_mode="max")
    print(sorted(table["value"].tolist()), "config/x" in list(table.columns))
    first = grid[0]
    print(first.metrics_dataframe["value"].tolist(), first.path.startswith(f"{place}/asked"))
    print(sorted(len(result.metrics_dataframe) for result in grid), grid.errors)
    print(first.checkpoint, first.best_checkpoints, first.error)
    best = max(grid, key=lambda result: result.metrics["value"])
    print(best.config, best.metrics["step"])
    again = tune.ResultGrid(tune.ExperimentAnalysis(f"{place}/asked"))
    print(len(again), again.get_best_result("value", "min").metrics["value"])
