"""A dataset and tasks, side by side, through the pool of the library and through joblib-like maps."""

import ray
from ray.util import ActorPool
from ray.util.multiprocessing import Pool

ray.init()
ds = ray.data.range(6).map(lambda row: {"id": row["id"], "cube": row["id"] ** 3})
rows = [(row["id"], row["cube"]) for row in ds.sort("id").take_all()]
with Pool(2) as pool:
    print(pool.map(lambda row: row[1] - row[0], rows))


@ray.remote(num_cpus=0)
class Counter:
    def count(self, part):
        return part.count()


pool = ActorPool([Counter.remote() for _ in range(2)])
print(list(pool.map(lambda actor, part: actor.count.remote(part), ds.split(3))))
