"""What workers know of each other, and what they wait for together."""

import os
import tempfile

import ray.train
import ray.train.collective
from ray.train.v2.api.data_parallel_trainer import DataParallelTrainer


def introduce(config):
    context = ray.train.get_context()
    rank, size = context.get_world_rank(), context.get_world_size()
    word = ray.train.collective.broadcast_from_rank_zero("go" if rank == 0 else None)
    with open(os.path.join(config["place"], f"rank-{rank}"), "w") as file:
        file.write(
            f"{rank} of {size} heard {word} in {context.get_experiment_name()}, local {context.get_local_rank()}"
        )
    ray.train.collective.barrier()
    ray.train.report({"size": size, "there": len(os.listdir(config["place"]))})


with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as own:
    trainer = DataParallelTrainer(
        introduce,
        train_loop_config={"place": own},
        scaling_config=ray.train.ScalingConfig(num_workers=2, resources_per_worker={"CPU": 0.5}),
        run_config=ray.train.RunConfig(storage_path=place, name="round"),
    )
    print(trainer.fit().metrics)
    for name in sorted(os.listdir(own)):
        print(open(os.path.join(own, name)).read())
