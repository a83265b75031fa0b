"""A function on one worker reports, and the result is read."""

import tempfile

import ray.train
from ray.train.v2.api.data_parallel_trainer import DataParallelTrainer


def fit_line(config):
    points = [(0, 1), (1, 3), (2, 5)]
    slope = 0.0
    for epoch in range(config["epochs"]):
        gradient = sum(2 * x * (slope * x + 1 - y) for x, y in points) / len(points)
        slope -= config["rate"] * gradient
        ray.train.report({"epoch": epoch, "slope": round(slope, 4)})


with tempfile.TemporaryDirectory() as place:
    trainer = DataParallelTrainer(
        fit_line,
        train_loop_config={"epochs": 5, "rate": 0.2},
        scaling_config=ray.train.ScalingConfig(num_workers=1),
        run_config=ray.train.RunConfig(storage_path=place, name="line"),
    )
    result = trainer.fit()
    print(result.error, result.checkpoint, isinstance(result, ray.train.Result), result.path == f"{place}/line")
    print(result.metrics)
