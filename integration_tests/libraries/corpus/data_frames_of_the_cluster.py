"""A frame of a dataset's, used by whoever has no pandas: it may stay where it is."""

import ray

ds = ray.data.from_items([{"kind": "ab"[at % 2], "size": at} for at in range(6)])
frame = ds.to_pandas()
print(frame.shape, list(frame.columns), len(frame))
print(frame["size"].sum(), frame.sort_values("size")["size"].tolist())
print(frame.groupby("kind")["size"].mean().to_dict())
for kind, size in sorted(zip(frame["kind"], frame["size"], strict=True)):
    print(kind, size)
again = ray.data.from_pandas(frame[frame["size"] > 2])
print(again.count())
