"""Functions that take and give datasets, with their types; and a class that stands for one."""

import functools
import inspect
import typing

import ray
from ray.data import Dataset, Schema
from ray.data.block import Block, BlockAccessor
from ray.data.datasource import Datasink


def times(row: dict[str, int], by: int) -> dict[str, int]:
    return {"id": row["id"] * by}


def clean(ds: Dataset, *, factor: int = 2) -> Dataset:
    return ds.map(functools.partial(times, by=factor)).filter(lambda row: row["id"] != 4)


def pipe(ds, *functions):
    return functools.reduce(lambda made, function: function(made), functions, ds)


class Pipeline:
    def __init__(self, ds):
        self.ds, self.steps = ds, []

    def __getattr__(self, name):
        target = getattr(self.ds, name)

        def call(*args, **kwargs):
            made = target(*args, **kwargs)
            self.steps.append(name)
            return Pipeline(made) if isinstance(made, Dataset) else made

        return call


class Counter(Datasink):
    def __init__(self):
        self.rows, self.events = 0, []

    def on_write_start(self, *args, **options):
        self.events.append("start")

    def write(self, blocks: typing.Iterable[Block], context):
        return sum(BlockAccessor.for_block(block).num_rows() for block in blocks)

    def on_write_complete(self, result):
        self.rows = sum(result.write_returns)
        self.events.append("done")


print(typing.get_type_hints(clean)["ds"] is Dataset, list(inspect.signature(clean).parameters))
print(pipe(ray.data.range(6), clean, lambda ds: ds.limit(2), lambda ds: ds.count()))
pipeline = Pipeline(ray.data.range(5)).map(lambda row: {"id": row["id"] + 1})
print(pipeline.sum("id"), pipeline.steps)
print([*map(Dataset.count, [ray.data.range(1), ray.data.range(2)])])

counter = Counter()
ray.data.range(6).write_datasink(counter)
print(counter.rows, counter.events, isinstance(counter, Datasink))
schema = ray.data.range(6).schema()
print(isinstance(schema, Schema), dict(zip(schema.names, map(str, schema.types), strict=True)))
