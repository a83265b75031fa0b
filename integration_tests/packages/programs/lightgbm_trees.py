"""LightGBM: trees that Ray Train fits on shards of a dataset, and Ray Tune tries."""

import sys
import tempfile
import warnings

import lightgbm
import numpy as np

import ray
import ray.train
from ray.train.lightgbm import LightGBMTrainer, RayTrainReportCallback

warnings.simplefilter("ignore")
if sys.argv[1:] == ["init"]:
    ray.init()


def fit(config):
    frame = ray.train.get_dataset_shard("train").materialize().to_pandas().astype(float)
    rows = lightgbm.Dataset(frame.drop("y", axis=1), label=frame["y"])
    settings = {"objective": "regression", "verbose": -1, "num_leaves": 4, "min_data_in_leaf": 2, "num_threads": 1}
    lightgbm.train(
        settings, rows, num_boost_round=3, valid_sets=[rows], valid_names=["own"], callbacks=[RayTrainReportCallback()]
    )


x = np.arange(40.0)
ds = ray.data.from_items([{"x": float(value), "y": float(value > 20)} for value in x])
with tempfile.TemporaryDirectory() as place:
    trainer = LightGBMTrainer(
        fit,
        scaling_config=ray.train.ScalingConfig(num_workers=1),
        run_config=ray.train.RunConfig(storage_path=place),
        datasets={"train": ds},
    )
    result = trainer.fit()
    print({name: round(value, 4) for name, value in result.metrics.items() if "l2" in name})
    model = RayTrainReportCallback.get_model(result.checkpoint)
    print(type(model).__name__, model.num_trees())
    print(model.predict(np.array([[0.0], [39.0]])).round(3).tolist())
