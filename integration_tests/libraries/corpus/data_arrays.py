"""Arrays of numpy become datasets, and rows hold tensors."""

import numpy as np

import ray

ds = ray.data.from_numpy(np.arange(12).reshape(4, 3))
print(ds.count(), sorted(row["data"].tolist() for row in ds.take_all()))
doubled = ds.map_batches(lambda batch: {"data": batch["data"] * 2})
[batch] = list(doubled.iter_batches(batch_size=4))
print(batch["data"].shape, batch["data"].dtype, int(batch["data"].sum()))
print(ray.data.from_numpy([np.ones(2), np.zeros(3)]).count())
print(ray.data.from_numpy_refs([ray.put(np.arange(5))]).sum("data"))
images = ray.data.from_items([{"image": np.full((2, 2), at), "label": at} for at in range(3)])
print(sorted((row["label"], row["image"].shape, int(row["image"].max())) for row in images.take_all()))
