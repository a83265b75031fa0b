"""Aggregates of Ray Data's and of one's own, over all rows and in groups."""

import ray
from ray.data.aggregate import AbsMax, AggregateFnV2, AsList, CountDistinct, MissingValuePercentage, Quantile
from ray.data.block import BlockAccessor


class Farthest(AggregateFnV2):
    """How far from a middle the farthest value is."""

    def __init__(self, on, middle):
        self.middle = middle
        super().__init__(f"farthest({on})", lambda: 0, on=on, ignore_nulls=True)

    def aggregate_block(self, block):
        rows = BlockAccessor.for_block(block).iter_rows(public_row_format=False)
        return max(abs(row[self.get_target_column()] - self.middle) for row in rows)

    def combine(self, one, other):
        return max(one, other)

    def finalize(self, found):
        return found * 10


walks = ray.data.from_items([{"who": "ab"[at % 2], "km": at - 4, "m": None if at == 3 else at} for at in range(8)])
farthest = Farthest("km", middle=1)
print(farthest.name, farthest.get_agg_name(), farthest.middle, farthest.combine(2, 3))
print(walks.aggregate(farthest, AbsMax("km"), CountDistinct("who"), MissingValuePercentage("m"), Quantile("km", q=0.5)))
for row in walks.groupby("who").aggregate(Farthest("km", 0), AsList("km")).sort("who").take_all():
    print(row["who"], row["farthest(km)"], sorted(row["list(km)"]))
try:
    AggregateFnV2("none", lambda: 0, on="km", ignore_nulls=True)
except TypeError as error:
    print(str(error).partition(" with ")[0])
