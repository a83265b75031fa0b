"""Put datasets together and take them apart."""

import ray

low, high = ray.data.range(4), ray.data.range(4).map(lambda row: {"id": row["id"] + 100})
print(sorted(row["id"] for row in low.union(high).take_all()))

beside = low.zip(high.rename_columns({"id": "other"}))
print(sorted((row["id"], row["other"]) for row in beside.take_all()))

parts = ray.data.range(10).split(2, equal=True)
print(len(parts), [part.count() for part in parts])
print([part.count() for part in ray.data.range(10).split_at_indices([3, 7])])
print([part.count() for part in ray.data.range(20).split_proportionately([0.2, 0.5])])
train, test = ray.data.range(10).train_test_split(test_size=0.3)
print(train.count(), test.count())
print(ray.data.range(10).repartition(5).materialize().num_blocks())
