"""`tune.run` and what came of it, experiments by name, and an analysis of what lies in a directory."""

import tempfile

from ray import tune
from ray.tune import Experiment, ExperimentAnalysis, register_trainable, run_experiments


def measure(config):
    for step in range(3):
        tune.report({"height": config["slope"] * step + config["start"]})


with tempfile.TemporaryDirectory() as place:
    found = tune.run(
        measure,
        name="one",
        config={"slope": tune.grid_search([1, 2]), "start": tune.sample_from(lambda spec: 10)},
        metric="height",
        mode="max",
        storage_path=place,
        verbose=0,
    )
    print(isinstance(found, ExperimentAnalysis), found.best_config, found.best_result["height"])
    print(sorted(trial.last_result["height"] for trial in found.trials), {trial.status for trial in found.trials})
    print(found.get_best_config("height", "min"), found.best_trial.trainable_name, len(found.get_all_configs()))
    print(sorted(len(rows) for rows in found.trial_dataframes.values()))
    read = ExperimentAnalysis(f"{place}/one", default_metric="height", default_mode="max")
    print(read.best_config, len(read.trials))

    register_trainable("measuring", measure)
    settings = {"config": {"slope": 5, "start": 0}, "stop": {"training_iteration": 2}, "storage_path": place}
    experiment = Experiment("two", run="measuring", **settings)
    print([trial.last_result["height"] for trial in run_experiments(experiment, verbose=0)])
    trials = run_experiments({"three": {"run": "measuring", **settings}}, verbose=0)
    print([(trial.status, trial.config["slope"]) for trial in trials])
