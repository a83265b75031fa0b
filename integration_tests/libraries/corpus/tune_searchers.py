"""A searcher of one's own, and limits for it."""

import tempfile

from ray import tune
from ray.tune.search import ConcurrencyLimiter, Searcher
from ray.tune.search.basic_variant import BasicVariantGenerator


class Halving(Searcher):
    """Asks for the middle of an interval, and keeps the better half."""

    def __init__(self, low, high):
        super().__init__(metric="distance", mode="min")
        self.low, self.high, self.asked = low, high, {}

    def suggest(self, trial_id):
        self.asked[trial_id] = (self.low + self.high) / 2
        return {"x": self.asked[trial_id]}

    def on_trial_complete(self, trial_id, result=None, error=False):
        if result["is_low"]:
            self.low = self.asked[trial_id]
        else:
            self.high = self.asked[trial_id]


def measure(config):
    tune.report({"distance": abs(config["x"] - 0.7), "is_low": config["x"] < 0.7})


searcher = Halving(0.0, 1.0)
with tempfile.TemporaryDirectory() as place:
    results = tune.Tuner(
        measure,
        tune_config=tune.TuneConfig(
            metric="distance", mode="min", num_samples=5, search_alg=ConcurrencyLimiter(searcher, max_concurrent=1)
        ),
        run_config=tune.RunConfig(storage_path=place, name="own", verbose=0),
    ).fit()
    print(sorted(result.config["x"] for result in results), results.get_best_result().config)
    print(searcher.low < 0.7 < searcher.high, len(searcher.asked))

    points = BasicVariantGenerator(points_to_evaluate=[{"x": 0.5}, {"x": 0.75}], random_state=1)
    results = tune.Tuner(
        measure,
        param_space={"x": tune.uniform(0, 1)},
        tune_config=tune.TuneConfig(metric="distance", mode="min", num_samples=2, search_alg=points),
        run_config=tune.RunConfig(storage_path=place, name="points", verbose=0),
    ).fit()
    print(sorted(result.config["x"] for result in results))
