"""datasets of Hugging Face: one becomes a dataset of Ray's."""

import sys

import datasets

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

poems = datasets.Dataset.from_dict({"line": ["ice", "wind and rain", "snow"], "year": [1, 2, 3]})
ds = ray.data.from_huggingface(poems.filter(lambda row: row["year"] > 1, load_from_cache_file=False))
print(isinstance(ds, ray.data.Dataset), ds.count())
print(
    sorted(
        (row["line"], row["words"]) for row in ds.map(lambda row: {**row, "words": len(row["line"].split())}).take_all()
    )
)
back = datasets.Dataset.from_list(sorted(ds.take_all(), key=lambda row: row["year"]))
print(back["line"][:], back.features["year"].dtype)
