"""Nothing here calls `init`: whatever comes first starts it; here it is an object."""

import ray

print("before:", ray.is_initialized())
reference = ray.put([3, 1, 2])
print("after:", ray.is_initialized())


@ray.remote
def ordered(values):
    return sorted(values)


print(ray.get(ordered.remote(reference)))
try:
    ray.init()
except RuntimeError:
    print("it was begun already")
ray.init(ignore_reinit_error=True)
ray.shutdown()
print("at the end:", ray.is_initialized())

# And again, by a call.
print(ray.get(ordered.remote("zyx")), ray.is_initialized())
