"""Frames of pandas become datasets, and datasets frames."""

import pandas as pd

import ray

frame = pd.DataFrame({"kind": ["a", "b", "a"], "size": [1.5, 2.5, 4.0]})
ds = ray.data.from_pandas(frame)
print(ds.count(), ds.columns())
back = ds.map_batches(lambda part: part.assign(size=part["size"] * 2), batch_format="pandas").to_pandas()
print(type(back).__name__, back.sort_values("size")["size"].tolist())
print(back.groupby("kind")["size"].sum().to_dict())
several = ray.data.from_pandas([frame, frame])
print(several.count())
for part in several.iter_batches(batch_format="pandas", batch_size=6):
    print(part.shape)
refs = ds.to_pandas_refs()
print(sum(len(each) for each in ray.get(refs)))
print(ray.data.from_pandas_refs([ray.put(frame)]).count())
