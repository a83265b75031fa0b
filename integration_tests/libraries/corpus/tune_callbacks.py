"""A callback that writes down what happens, and is read afterwards."""

import tempfile

from ray import tune


class Diary(tune.Callback):
    def __init__(self, title):
        self.title = title
        self.entries = []
        self.best = {}

    def setup(self, stop=None, num_samples=None, total_num_samples=None, **info):
        self.entries.append(f"setup {total_num_samples}")

    def on_trial_start(self, iteration, trials, trial, **info):
        self.entries.append(f"start {trial.config['x']}")

    def on_trial_result(self, iteration, trials, trial, result, **info):
        self.best[trial.config["x"]] = max(self.best.get(trial.config["x"], 0), result["score"])

    def on_trial_complete(self, iteration, trials, trial, **info):
        self.entries.append(f"complete {trial.config['x']}")

    def on_experiment_end(self, trials, **info):
        self.entries.append(f"end {len(trials)}")

    def summary(self):
        return f"{self.title}: {len(self.entries)} entries"


def run(config):
    for step in range(3):
        tune.report({"score": config["x"] * step})


diary = Diary("two trials")
with tempfile.TemporaryDirectory() as place:
    run_config = tune.RunConfig(storage_path=place, verbose=0, callbacks=[diary])
    tune.Tuner(run, param_space={"x": tune.grid_search([1, 2])}, run_config=run_config).fit()
print(sorted(diary.entries))
print(sorted(diary.best.items()), diary.summary(), diary.title)
