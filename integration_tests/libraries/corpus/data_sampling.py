"""Parts of a dataset, chosen by chance with a seed."""

import ray

ds = ray.data.range(1000, override_num_blocks=2)
some = ds.random_sample(0.1, seed=11)
print(some.count() == ds.random_sample(0.1, seed=11).count(), 40 < some.count() < 200)
train, test = ds.train_test_split(0.25, shuffle=True, seed=2)
print(train.count(), test.count(), train.union(test).sum("id"))
print(ds.randomize_block_order(seed=4).count())
print(ds.limit(3).count(), len(ds.take(5)), len(ds.take_batch(4)["id"]))
try:
    ds.take_all(limit=10)
except ValueError as error:
    print("more than" in str(error) or "limit" in str(error))
