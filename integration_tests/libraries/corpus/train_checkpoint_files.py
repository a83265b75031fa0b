"""The files of a checkpoint, taken to where the program runs and put into a new one."""

import os
import tempfile

import ray.train
from ray.train.v2.api.data_parallel_trainer import DataParallelTrainer


def carve(config):
    text = "raw"
    checkpoint = config.get("from")
    if checkpoint is not None:
        with checkpoint.as_directory() as directory, open(os.path.join(directory, "text")) as file:
            text = file.read() + " and carved"
    with tempfile.TemporaryDirectory() as directory:
        with open(os.path.join(directory, "text"), "w") as file:
            file.write(text)
        ray.train.report({"letters": len(text)}, checkpoint=ray.train.Checkpoint.from_directory(directory))


with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as mine:
    run_config = ray.train.RunConfig(storage_path=place, name="first")
    first = DataParallelTrainer(carve, train_loop_config={}, run_config=run_config).fit()
    taken = first.checkpoint.to_directory(os.path.join(mine, "taken"))
    print(open(os.path.join(taken, "text")).read())
    with first.checkpoint.as_directory() as directory:
        print(sorted(os.listdir(directory)))

    run_config = ray.train.RunConfig(storage_path=place, name="second")
    second = DataParallelTrainer(carve, train_loop_config={"from": first.checkpoint}, run_config=run_config).fit()
    print(second.metrics)
    own = ray.train.Checkpoint.from_directory(taken)
    run_config = ray.train.RunConfig(storage_path=place, name="third")
    print(DataParallelTrainer(carve, train_loop_config={"from": own}, run_config=run_config).fit().metrics)
