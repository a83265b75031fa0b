"""daft: a query on the cluster."""

import sys

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

import daft
from daft import col

daft.set_runner_ray(noop_if_initialized=True)
frame = daft.from_pydict({"kind": list("abca"), "value": [1, 2, 3, 4]})
grouped = frame.where(col("value") > 1).groupby("kind").agg(col("value").sum()).sort("kind")
print(grouped.to_pydict())
