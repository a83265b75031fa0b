"""A callback of the run, and settings as objects."""

import dataclasses
import tempfile

import ray.train
from ray.train import FailureConfig, RunConfig, ScalingConfig
from ray.train.v2.api.data_parallel_trainer import DataParallelTrainer


class Note(ray.train.UserCallback):
    def __init__(self, path):
        self.path = path

    def after_report(self, run_context, metrics, checkpoint):
        with open(self.path, "a") as file:
            file.write(f"{metrics[0]['step']} {checkpoint is None}\n")


def work():
    for step in range(3):
        ray.train.report({"step": step})


scaling = ScalingConfig(num_workers=1, resources_per_worker={"CPU": 1})
print(scaling.num_workers, scaling.use_gpu, scaling.total_resources)
larger = dataclasses.replace(scaling, num_workers=3)
print(larger.num_workers, scaling == ScalingConfig(num_workers=1, resources_per_worker={"CPU": 1}), larger == scaling)
with tempfile.TemporaryDirectory() as place:
    run_config = RunConfig(
        storage_path=place, name="noted", callbacks=[Note(f"{place}/notes")], failure_config=FailureConfig()
    )
    print(run_config.name, run_config.failure_config.max_failures)
    trainer = DataParallelTrainer(work, scaling_config=scaling, run_config=run_config)
    print(trainer.fit().metrics)
    print(open(f"{place}/notes").read().split("\n"))
