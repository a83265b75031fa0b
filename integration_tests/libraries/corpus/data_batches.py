"""Functions of a batch of numpy arrays."""

from typing import Dict

import numpy as np

import ray


def centre(batch: Dict[str, np.ndarray]) -> Dict[str, np.ndarray]:
    batch["offset"] = batch["id"] - 10
    return batch


ds = ray.data.range(21, override_num_blocks=3).map_batches(centre, batch_size=7)
print(sorted(int(row["offset"]) for row in ds.iter_rows()))


def scale(batch, factor, plus=0):
    return {"value": batch["offset"] * factor + plus}


scaled = ds.map_batches(scale, fn_args=(3,), fn_kwargs={"plus": 1}, num_cpus=0.5)
print(int(scaled.sum("value")), int(scaled.max("value")), int(scaled.min("value")))
