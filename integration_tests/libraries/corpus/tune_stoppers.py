"""When to end a trial: a dict, a function, a stopper of one's own and those that are there."""

import tempfile

from ray import tune
from ray.tune.stopper import CombinedStopper, MaximumIterationStopper, TrialPlateauStopper


def count(config):
    for step in range(1, 10):
        tune.report({"step": step, "level": min(step, 4)})


class Evenly(tune.Stopper):
    def __init__(self, limit):
        self.limit, self.asked = limit, 0

    def __call__(self, trial_id, result):
        self.asked += 1
        return result["step"] >= self.limit and result["step"] % 2 == 0

    def stop_all(self):
        return False


def is_enough(trial_id, result):
    return result["step"] >= 5


own = Evenly(3)
stops = {
    "dict": {"step": 2},
    "function": is_enough,
    "own": own,
    "most": MaximumIterationStopper(max_iter=7),
    "plateau": TrialPlateauStopper(metric="level", std=0.01, num_results=3, grace_period=3),
    "any": CombinedStopper(MaximumIterationStopper(max_iter=6), Evenly(8)),
}
with tempfile.TemporaryDirectory() as place:
    for name, stop in stops.items():
        run_config = tune.RunConfig(storage_path=place, name=name, verbose=0, stop=stop)
        [result] = tune.Tuner(count, run_config=run_config).fit()
        print(name, result.metrics["step"])
print(own.asked, own.limit, isinstance(own, tune.Stopper))
