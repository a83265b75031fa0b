"""Trainables that are registered, the older `tune.run`, and a logger of one's own."""

import tempfile

from ray import tune
from ray.tune.logger import LoggerCallback


class Lines(LoggerCallback):
    def __init__(self):
        self.lines = []

    def log_trial_start(self, trial):
        self.lines.append("start")

    def log_trial_result(self, iteration, trial, result):
        self.lines.append(f"{result['training_iteration']}: {result['y']}")

    def log_trial_end(self, trial, failed=False):
        self.lines.append("failed" if failed else "end")


def square(config):
    for x in range(3):
        tune.report({"y": x * x + config["plus"]})


tune.register_trainable("square", square)
lines = Lines()
with tempfile.TemporaryDirectory() as place:
    analysis = tune.run(
        "square",
        config={"plus": tune.grid_search([0, 1])},
        metric="y",
        mode="max",
        storage_path=place,
        verbose=0,
        callbacks=[lines],
        resources_per_trial={"cpu": 0.5},
    )
    print(analysis.best_config, analysis.best_result["y"], len(analysis.trials))
    print(sorted(trial.last_result["y"] for trial in analysis.trials))
print(sorted(lines.lines))
