"""A worker that fails once is tried again from its checkpoint; one that always fails ends the run."""

import os
import tempfile

import ray.train
from ray.train.v2.api.data_parallel_trainer import DataParallelTrainer


def stumble(config):
    start = 0
    checkpoint = ray.train.get_checkpoint()
    if checkpoint:
        with checkpoint.as_directory() as directory:
            start = int(open(os.path.join(directory, "at")).read())
    for at in range(start, 4):
        if at == 2 and (checkpoint is None or config["always"]):
            raise ArithmeticError(f"stumbled at {at}")
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "at"), "w") as file:
                file.write(str(at + 1))
            ray.train.report({"at": at, "start": start}, checkpoint=ray.train.Checkpoint.from_directory(directory))


for always in (False, True):
    with tempfile.TemporaryDirectory() as place:
        trainer = DataParallelTrainer(
            stumble,
            train_loop_config={"always": always},
            run_config=ray.train.RunConfig(storage_path=place, failure_config=ray.train.FailureConfig(max_failures=1)),
        )
        try:
            print(trainer.fit().metrics)
        except ray.train.TrainingFailedError as error:
            print(type(error).__name__, "stumbled at 2" in str(error))
