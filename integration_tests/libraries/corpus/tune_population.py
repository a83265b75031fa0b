"""A population whose weak members take over from the strong ones, with their checkpoints."""

import os
import tempfile

from ray import tune
from ray.tune.schedulers import PopulationBasedTraining


def grow(config):
    size = 0.0
    checkpoint = tune.get_checkpoint()
    if checkpoint:
        with checkpoint.as_directory() as directory, open(os.path.join(directory, "size")) as file:
            size = float(file.read())
    while True:
        size += config["light"]
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "size"), "w") as file:
                file.write(str(size))
            tune.report({"size": size}, checkpoint=tune.Checkpoint.from_directory(directory))


scheduler = PopulationBasedTraining(
    time_attr="training_iteration",
    perturbation_interval=2,
    hyperparam_mutations={"light": tune.uniform(0.1, 1.0)},
    synch=True,
)
with tempfile.TemporaryDirectory() as place:
    tuner = tune.Tuner(
        grow,
        param_space={"light": tune.choice([0.2, 0.9])},
        tune_config=tune.TuneConfig(metric="size", mode="max", num_samples=2, scheduler=scheduler),
        run_config=tune.RunConfig(storage_path=place, verbose=0, stop={"training_iteration": 4}),
    )
    results = tuner.fit()
    print(len(results), results.num_errors, [result.metrics["training_iteration"] for result in results])
    print(all(result.checkpoint is not None for result in results), results.get_best_result().metrics["size"] > 0.5)
