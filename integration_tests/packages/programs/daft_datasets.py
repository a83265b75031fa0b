"""Daft: its frames become datasets of Ray's, and datasets frames."""

import sys

import daft

import ray

if sys.argv[1:] == ["init"]:
    ray.init()
daft.set_runner_ray()

frame = daft.from_pydict({"town": ["Ulm", "Jena", "Ulm"], "kg": [4, 7, 1]})
ds = frame.where(frame["kg"] > 1).to_ray_dataset()
print(isinstance(ds, ray.data.Dataset), ds.count(), sorted(row["kg"] for row in ds.take_all()))

made = ray.data.range(5).map(lambda row: {"id": row["id"], "square": row["id"] ** 2})
back = daft.from_ray_dataset(made)
print(back.agg(back["square"].sum()).to_pydict(), sorted(back.to_pydict()["id"]))
