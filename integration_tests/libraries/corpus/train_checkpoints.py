"""Checkpoints: which of them are kept, which is the best, and what is in it."""

import json
import os
import tempfile

import ray.train
from ray.train.v2.api.data_parallel_trainer import DataParallelTrainer


def work(config):
    for epoch, score in enumerate(config["scores"]):
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "state.json"), "w") as file:
                json.dump({"epoch": epoch, "score": score}, file)
            checkpoint = ray.train.Checkpoint.from_directory(directory)
            checkpoint.set_metadata({"kind": "json"})
            ray.train.report({"epoch": epoch, "score": score}, checkpoint=checkpoint)


with tempfile.TemporaryDirectory() as place:
    trainer = DataParallelTrainer(
        work,
        train_loop_config={"scores": [3, 9, 4, 1]},
        run_config=ray.train.RunConfig(
            storage_path=place,
            checkpoint_config=ray.train.CheckpointConfig(
                num_to_keep=2, checkpoint_score_attribute="score", checkpoint_score_order="max"
            ),
        ),
    )
    result = trainer.fit()
    print([(metrics["epoch"], metrics["score"]) for _, metrics in result.best_checkpoints])
    best = result.get_best_checkpoint("score", "max")
    print(isinstance(best, ray.train.Checkpoint), best.get_metadata(), os.listdir(best.path))
    with open(os.path.join(best.path, "state.json")) as file:
        print(json.load(file))
    print(sorted(os.listdir(result.checkpoint.path)))
