"""A searcher of one's own, one trial at a time and each suggestion twice, and what it has learned."""

import tempfile

from ray import tune
from ray.tune import ResumeConfig
from ray.tune.search import ConcurrencyLimiter, Repeater, Searcher


class Steps(Searcher):
    """Tries 1, 2, 3 and ends."""

    def __init__(self):
        super().__init__(metric="loss", mode="min")
        self.last, self.results, self.open, self.most = 0, [], set(), 0

    def suggest(self, trial_id):
        if self.last == 3:
            return Searcher.FINISHED
        self.last += 1
        self.open.add(trial_id)
        self.most = max(self.most, len(self.open))
        return {"x": self.last, "inner": {"double": self.last * 2}}

    def on_trial_complete(self, trial_id, result=None, error=False):
        self.open.discard(trial_id)
        self.results.append(float(result["loss"]))


def measure(config):
    tune.report({"loss": (config["x"] - 2) ** 2 + config["inner"]["double"]})


def search(algorithm, trials):
    settings = tune.TuneConfig(search_alg=algorithm, num_samples=trials)
    with tempfile.TemporaryDirectory() as place:
        run = tune.RunConfig(storage_path=place, verbose=0)
        found = tune.Tuner(measure, tune_config=settings, run_config=run).fit()
        print(sorted((result.config["x"], result.metrics["loss"]) for result in found))


limited = ConcurrencyLimiter(Steps(), max_concurrent=1)
search(limited, 10)
print(limited.searcher.most, limited.searcher.results, limited.max_concurrent, isinstance(limited.searcher, Steps))
repeated = Repeater(steps := Steps(), repeat=2)
search(repeated, 4)
print(steps.last, sorted(steps.results), repeated.metric, repeated.mode)
try:
    ConcurrencyLimiter(measure, max_concurrent=1)
except RuntimeError as error:
    print(str(error).partition(" (got")[0])
print(ResumeConfig(errored=ResumeConfig.ResumeType.RESTART), ResumeConfig().finished)
