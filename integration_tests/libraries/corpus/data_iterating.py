"""Rows and batches, one after the other."""

import ray

context = ray.data.DataContext.get_current()
context.execution_options.preserve_order = True

ds = ray.data.range(20, override_num_blocks=4)
total = 0
for row in ds.iter_rows():
    total += row["id"]
    if row["id"] == 12:
        break
print(total)
for batch in ds.iter_batches(batch_size=8):
    print(type(batch).__name__, batch["id"].tolist())
print([len(batch["id"]) for batch in ds.iter_batches(batch_size=6, drop_last=True)])
shuffled = ds.iter_batches(batch_size=20, local_shuffle_buffer_size=20, local_shuffle_seed=3)
print(sorted(next(iter(shuffled))["id"].tolist()) == list(range(20)))
iterator = ds.iterator()
print(sum(1 for _ in iterator.iter_rows()), sum(1 for _ in iterator.iter_rows()))
