"""Datasets of numbers, of rows and of tensors, and what they say of themselves."""

import ray

stones = ray.data.range(12)
print(stones.count(), stones.schema().names)

shelf = ray.data.from_items([{"title": "Tides", "pages": 212}, {"title": "Moss", "pages": 98}])
print(shelf.columns(), shelf.take_all())

words = ray.data.from_items(["oak", "elm", "ash"])
print(sorted(row["item"] for row in words.take_all()))

grids = ray.data.range_tensor(3, shape=(2, 2))
print(sorted(int(row["data"].sum()) for row in grids.take_all()))

print(isinstance(shelf, ray.data.Dataset), type(stones).__name__)
