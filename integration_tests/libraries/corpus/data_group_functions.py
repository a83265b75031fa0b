"""A function of each group."""

import numpy as np

import ray

readings = ray.data.from_items([{"sensor": at % 3, "value": float(at * at)} for at in range(12)])


def span(group):
    values = group["value"]
    return {"sensor": group["sensor"][:1], "span": np.array([values.max() - values.min()])}


print(
    sorted((int(row["sensor"]), float(row["span"])) for row in readings.groupby("sensor").map_groups(span).take_all())
)


class Rank:
    def __init__(self, start):
        self.start = start

    def __call__(self, group):
        order = np.argsort(np.argsort(group["value"]))
        return {"sensor": group["sensor"], "rank": order + self.start}


ranks = readings.groupby("sensor").map_groups(Rank, fn_constructor_args=(10,), concurrency=1)
print(sorted((int(row["sensor"]), int(row["rank"])) for row in ranks.take_all()))
