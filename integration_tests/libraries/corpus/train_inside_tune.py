"""Runs of Train that Tune tries with several settings."""

import tempfile

import ray.train
from ray import tune
from ray.train.v2.api.data_parallel_trainer import DataParallelTrainer


def learn(config):
    with tempfile.TemporaryDirectory() as directory:
        checkpoint = ray.train.Checkpoint.from_directory(directory)
        ray.train.report({"loss": (config["rate"] - 0.3) ** 2}, checkpoint=checkpoint)


def drive(config):
    trainer = DataParallelTrainer(
        learn,
        train_loop_config={"rate": config["rate"]},
        scaling_config=ray.train.ScalingConfig(num_workers=1, resources_per_worker={"CPU": 0.5}),
        run_config=ray.train.RunConfig(storage_path=config["place"], name=f"train-{tune.get_context().get_trial_id()}"),
    )
    result = trainer.fit()
    tune.report({"loss": result.metrics["loss"]})


with tempfile.TemporaryDirectory() as place:
    results = tune.Tuner(
        tune.with_resources(drive, {"cpu": 0.5}),
        param_space={"rate": tune.grid_search([0.1, 0.3]), "place": place},
        tune_config=tune.TuneConfig(metric="loss", mode="min", max_concurrent_trials=1),
        run_config=tune.RunConfig(storage_path=place, verbose=0),
    ).fit()
    print(results.num_errors, results.get_best_result().config["rate"])
    print(sorted(round(result.metrics["loss"], 4) for result in results))
