"""Figures of columns."""

import ray

ds = ray.data.from_items([{"x": at, "y": at * at} for at in range(1, 6)])
print(ds.min("x"), ds.max("y"), ds.sum("x"), ds.mean("y"))
print(round(ds.std("x"), 4), ds.sum(["x", "y"]))
print(ds.aggregate(ray.data.aggregate.Quantile(on="y", q=0.5, alias_name="middle")))


class Longest(ray.data.aggregate.AggregateFn):
    def __init__(self, column):
        super().__init__(
            init=lambda key: "",
            accumulate_row=lambda longest, row: max(longest, row[column], key=len),
            merge=lambda one, other: max(one, other, key=len),
            name="longest",
        )


print(ray.data.from_items([{"word": word} for word in ["a", "abc", "ab"]]).aggregate(Longest("word")))
