"""Nothing here calls `init`: an actor is the first that needs the cluster, and its name is looked up first."""

import ray


@ray.remote(num_cpus=0)
class Cache:
    def __init__(self):
        self.values = {}

    def compute(self, key):
        if key not in self.values:
            self.values[key] = sum(map(ord, key))
        return self.values[key], len(self.values)


def cache():
    try:
        return ray.get_actor("implicit cache")
    except ValueError:
        return Cache.options(name="implicit cache").remote()


print(ray.is_initialized())
first = cache()
print(ray.is_initialized(), ray.get([first.compute.remote(key) for key in ("ab", "cd", "ab")]))
print(cache() == first, ray.get(cache().compute.remote("zz")))
