"""Modin: its frames become datasets of Ray's, and datasets frames."""

import sys

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

import modin.pandas as md

frame = md.DataFrame({"kind": list("abab"), "size": [1, 2, 3, 4]})
ds = ray.data.from_modin(frame)
print(isinstance(ds, ray.data.Dataset), ds.count(), ds.sum("size"))
back = ds.filter(lambda row: row["size"] > 1).to_modin()
print(type(back).__name__, back.groupby("kind")["size"].sum().to_dict())
