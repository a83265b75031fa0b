"""Columns that expressions make, and rows that they choose."""

import ray
from ray.data.expressions import col, lit

plots = ray.data.from_items([{"id": at, "length": at + 2, "width": 3} for at in range(5)])
area = plots.with_column("area", col("length") * col("width"))
margin = area.with_column("rest", col("area") - lit(6)).with_column("is_long", col("length") > 4)
for row in sorted(margin.take_all(), key=lambda row: row["id"]):
    print(row)

large = margin.filter(expr=(col("area") >= 12) & ~(col("id") == 4))
print(sorted(row["id"] for row in large.take_all()))
print(large.select_columns(["id", "rest"]).columns())
