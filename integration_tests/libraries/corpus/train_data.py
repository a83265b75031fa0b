"""Datasets that are shared out among workers, and one that each has whole."""

import tempfile

import ray
import ray.train
from ray.train.v2.api.data_parallel_trainer import DataParallelTrainer


def add(config):
    total = 0
    for batch in ray.train.get_dataset_shard("numbers").iter_batches(batch_size=4):
        total += int(batch["id"].sum())
    whole = sum(1 for _ in ray.train.get_dataset_shard("whole").iter_rows())
    ray.train.report({"whole": whole, "is_part": 0 < total < 120})


with tempfile.TemporaryDirectory() as place:
    trainer = DataParallelTrainer(
        add,
        datasets={
            "numbers": ray.data.range(16, override_num_blocks=4).map(lambda row: {"id": row["id"]}),
            "whole": ray.data.range(5),
        },
        dataset_config=ray.train.DataConfig(datasets_to_split=["numbers"]),
        scaling_config=ray.train.ScalingConfig(num_workers=2, resources_per_worker={"CPU": 0.5}),
        run_config=ray.train.RunConfig(storage_path=place),
    )
    print(trainer.fit().metrics)
