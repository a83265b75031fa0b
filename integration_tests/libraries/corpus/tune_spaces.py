"""Search spaces of all kinds, with a seed, and values that depend on others."""

import random
import tempfile

import numpy as np

from ray import tune

space = {
    "rate": tune.loguniform(1e-4, 1e-1),
    "width": tune.choice([16, 32, 64]),
    "depth": tune.randint(1, 5),
    "step": tune.quniform(0, 1, 0.25),
    "twice": tune.sample_from(lambda spec: spec.config.width * 2),
    "inner": {"noise": tune.uniform(0, 1), "fixed": "as it is"},
}


def look(config):
    is_good = (
        1e-4 <= config["rate"] <= 1e-1
        and config["width"] in (16, 32, 64)
        and 1 <= config["depth"] < 5
        and config["step"] % 0.25 == 0
        and config["twice"] == 2 * config["width"]
        and 0 <= config["inner"]["noise"] <= 1
        and config["inner"]["fixed"] == "as it is"
    )
    tune.report({"is_good": is_good})


random.seed(3)
np.random.seed(3)
with tempfile.TemporaryDirectory() as place:
    run_config = tune.RunConfig(storage_path=place, verbose=0)
    results = tune.Tuner(
        look, param_space=space, tune_config=tune.TuneConfig(num_samples=3), run_config=run_config
    ).fit()
    print([result.metrics["is_good"] for result in results])
print(isinstance(space["width"].sample(), int), 1 <= space["depth"].sample() < 5)
domain = tune.uniform(2, 3)
print(all(2 <= value <= 3 for value in domain.sample(size=5)), domain.is_valid(2.5), domain.is_valid(4))
