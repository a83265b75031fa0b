"""Fugue: functions of frames on datasets of Ray's, per partition, and SQL-like verbs of its engine."""

import sys
import warnings

import pandas as pd

import ray

warnings.simplefilter("ignore")
if sys.argv[1:] == ["init"]:
    ray.init()

import fugue.api as fa
import fugue_ray  # noqa: F401  # registers the engine


def centre(part: pd.DataFrame) -> pd.DataFrame:
    return part.assign(off=part["value"] - part["value"].mean())


def large(part: pd.DataFrame) -> pd.DataFrame:
    return part[part["value"] > 2]


frame = pd.DataFrame({"key": list("aabbb"), "value": [1.0, 3.0, 2.0, 4.0, 9.0]})
made = fa.transform(frame, centre, schema="*,off:double", partition={"by": "key"}, engine="ray", as_fugue=True)
print(type(made).__name__, made.as_pandas().sort_values(["key", "value"])["off"].tolist())

ds = ray.data.from_pandas(frame)
longer = fa.transform(ds, large, schema="*", engine="ray")
print(isinstance(longer, ray.data.Dataset), longer.count())
with fa.engine_context("ray"):
    both = fa.join(ds, pd.DataFrame({"key": ["a"], "name": ["Ada"]}), how="inner", on=["key"])
    print(fa.as_pandas(both).sort_values("value").values.tolist())
    print(fa.count(ds), fa.get_column_names(ds), str(fa.get_schema(ds)))
