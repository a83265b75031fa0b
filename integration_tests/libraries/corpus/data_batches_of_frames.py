"""Functions of a batch that is a pandas frame, or an arrow table, on the workers alone."""

import ray


def rank(frame):
    frame["rank"] = frame["height"].rank(ascending=False).astype(int)
    return frame


def keep_tall(table):
    import pyarrow.compute as pc

    return table.filter(pc.greater(table["height"], 820))


peaks = ray.data.from_items(
    [
        {"peak": "Hoher Stein", "height": 812},
        {"peak": "Graukopf", "height": 977},
        {"peak": "Kahle Wand", "height": 890},
        {"peak": "Lange Seite", "height": 640},
    ]
).repartition(1)

ranked = peaks.map_batches(rank, batch_format="pandas", batch_size=None)
for row in sorted(ranked.take_all(), key=lambda row: row["rank"]):
    print(row["rank"], row["peak"])
tall = ranked.map_batches(keep_tall, batch_format="pyarrow", batch_size=None)
print(sorted(row["peak"] for row in tall.take_all()))
