"""A trainer's local mode, which runs the function where the trainer is, and settings that may grow."""

import tempfile

import ray.data
import ray.train
from ray.train import RunConfig, ScalingConfig
from ray.train.v2.api.data_parallel_trainer import DataParallelTrainer


def loop(config):
    context, shard = ray.train.get_context(), ray.train.get_dataset_shard("train")
    total = sum(row["id"] for row in shard.iter_rows()) * config["weight"]
    print("in the loop", context.get_world_rank())
    ray.train.report({"total": total, "workers": context.get_world_size()})


def fail(config):
    raise ValueError("a bad day")


with tempfile.TemporaryDirectory() as place:
    settings = {"scaling_config": ScalingConfig(num_workers=0), "run_config": RunConfig(storage_path=place)}
    trainer = DataParallelTrainer(
        loop, train_loop_config={"weight": 2}, datasets={"train": ray.data.range(5)}, **settings
    )
    result = trainer.fit()
    print(result.metrics, result.checkpoint, result.error)
    try:
        DataParallelTrainer(fail, train_loop_config={}, **settings).fit()
    except ValueError as error:
        print(error)
print(ScalingConfig(num_workers=(1, 3)).num_workers, ScalingConfig(num_workers=2).total_resources)
