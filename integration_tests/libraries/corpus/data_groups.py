"""Sums, means and counts of groups, and several at once."""

import ray
from ray.data.aggregate import Count, Max, Mean, Min, Std, Sum

sales = ray.data.from_items(
    [{"town": town, "kg": kg} for town, kg in [("Ulm", 4), ("Ulm", 6), ("Jena", 1), ("Jena", 5), ("Jena", 9)]]
)
print(sales.groupby("town").count().sort("town").take_all())
print(sales.groupby("town").mean("kg").sort("town").take_all())

several = sales.groupby("town").aggregate(Sum("kg"), Min("kg"), Max("kg"), Count())
for row in several.sort("town").take_all():
    print(row)
print(sales.aggregate(Mean(on="kg", alias_name="mean"), Std(on="kg", ddof=0, alias_name="spread")))
