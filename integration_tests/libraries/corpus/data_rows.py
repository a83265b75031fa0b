"""Functions of a row: map, filter and flat_map, with lambdas and names."""

import ray

RATE = 1.2


def with_tax(row):
    return {**row, "gross": round(row["net"] * RATE, 2)}


bills = ray.data.from_items([{"who": name, "net": 10.0 * at} for at, name in enumerate("abcdef")])
taxed = bills.map(with_tax)
print(sorted((row["who"], row["gross"]) for row in taxed.take_all()))

dear = taxed.filter(lambda row: row["gross"] > 30)
print(dear.count())

halves = dear.flat_map(lambda row: [{"who": row["who"], "part": part} for part in (1, 2)])
print(sorted((row["who"], row["part"]) for row in halves.take_all()))
