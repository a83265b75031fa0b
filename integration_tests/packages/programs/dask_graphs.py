"""dask: delayed calls and an array, with `ray.util.dask` as the scheduler."""

import sys

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

import dask
import dask.array
from ray.util.dask import disable_dask_on_ray, enable_dask_on_ray, ray_dask_get


@dask.delayed
def where(x):
    import ray

    return x + 1, ray.get_runtime_context().get_task_id() is not None


@dask.delayed
def total(pairs):
    return sum(value for value, _ in pairs), all(inside for _, inside in pairs)


with enable_dask_on_ray(shuffle=None):
    print(total([where(number) for number in range(5)]).compute())
array = dask.array.ones((40, 40), chunks=20)
print(float((array @ array).sum().compute(scheduler=ray_dask_get)))
disable_dask_on_ray()
