"""modin: a frame in parts on the cluster, and the reductions of it."""

import sys
import warnings

import ray

warnings.simplefilter("ignore")
if sys.argv[1:] == ["init"]:
    ray.init()

import modin.config
import modin.pandas as pd

modin.config.Engine.put("ray")
frame = pd.DataFrame({"kind": list("abca" * 50), "value": range(200)})
print(frame.groupby("kind")["value"].sum().to_dict())
print(int(frame["value"].map(lambda value: value * 2).sum()))
print(frame.sort_values("value", ascending=False).head(2).to_dict("list"))
print(type(frame._query_compiler._modin_frame._partitions[0][0]).__module__.split(".")[4])
