"""Optuna, Hyperopt, Nevergrad and bayesian-optimization propose what Ray Tune tries."""

import sys
import tempfile
import warnings

import nevergrad
import optuna

import ray
from ray import tune
from ray.tune.search import ConcurrencyLimiter
from ray.tune.search.bayesopt import BayesOptSearch
from ray.tune.search.hyperopt import HyperOptSearch
from ray.tune.search.nevergrad import NevergradSearch
from ray.tune.search.optuna import OptunaSearch

warnings.simplefilter("ignore")
if sys.argv[1:] == ["init"]:
    ray.init()


def valley(config):
    tune.report({"depth": (config["x"] - 2) ** 2})


def define(trial):
    trial.suggest_float("x", 0, 4)


space = {"x": tune.uniform(0, 4)}
searches = {
    "optuna": (OptunaSearch(sampler=optuna.samplers.RandomSampler(seed=1)), space),
    "optuna, by function": (
        OptunaSearch(define, metric="depth", mode="min", sampler=optuna.samplers.TPESampler(seed=2)),
        {},
    ),
    "hyperopt": (HyperOptSearch(random_state_seed=3), space),
    "nevergrad": (NevergradSearch(optimizer=nevergrad.optimizers.OnePlusOne), space),
    "bayesian": (BayesOptSearch(random_state=4), space),
}
with tempfile.TemporaryDirectory() as place:
    for name, (search, tried) in searches.items():
        results = tune.Tuner(
            valley,
            param_space=tried,
            tune_config=tune.TuneConfig(
                metric="depth", mode="min", num_samples=3, search_alg=ConcurrencyLimiter(search, max_concurrent=1)
            ),
            run_config=tune.RunConfig(storage_path=place, name=name.replace(", ", "-"), verbose=0),
        ).fit()
        best = results.get_best_result().config["x"]
        print(name, len(results), results.num_errors, 0 <= best <= 4 if name == "nevergrad" else round(best, 4))
