"""Trials that fail: how often they are tried again, and what the results say."""

import os
import tempfile

from ray import tune


class Unlucky(Exception):
    pass


def attempt(config):
    if config["luck"] == 0:
        raise Unlucky("no luck at all")
    mark = os.path.join(config["place"], f"tried-{config['luck']}")
    if config["luck"] == 1 and not os.path.exists(mark):
        with open(mark, "w"):
            raise Unlucky("not at first")
    tune.report({"luck": config["luck"]})


with tempfile.TemporaryDirectory() as place:
    results = tune.Tuner(
        attempt,
        param_space={"luck": tune.grid_search([0, 1, 2]), "place": place},
        tune_config=tune.TuneConfig(metric="luck", mode="max"),
        run_config=tune.RunConfig(storage_path=place, verbose=0, failure_config=tune.FailureConfig(max_failures=1)),
    ).fit()
    print(len(results), results.num_errors, results.num_terminated)
    [error] = results.errors
    print("no luck at all" in str(error), type(error).__name__)
    for result in sorted(results, key=lambda result: result.config["luck"]):
        print(result.config["luck"], result.error is None, (result.metrics or {}).get("luck"))
    print(results.get_best_result().config["luck"])
    try:
        results.get_best_result(metric="none such", mode="max")
    except RuntimeError as error:
        print("none such" in str(error))
