"""Sort by one key and by two, shuffle with a seed, take from the front."""

import ray

races = ray.data.from_items([{"year": 1990 + at % 4, "seconds": (at * 37) % 11} for at in range(12)])
print([row["seconds"] for row in races.sort("seconds").limit(5).take_all()])
both = races.sort(["year", "seconds"], descending=[True, False])
print([(row["year"], row["seconds"]) for row in both.take(6)])
mixed = races.random_shuffle(seed=5)
print(mixed.count(), sum(row["seconds"] for row in mixed.take_all()))
print(races.sort("seconds", descending=True).take_batch(3)["seconds"].tolist())
