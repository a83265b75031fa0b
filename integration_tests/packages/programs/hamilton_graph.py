"""apache-hamilton: the nodes of a graph of functions are tasks of the cluster."""

import sys

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

from hamilton import ad_hoc_utils, base, driver
from hamilton.plugins import h_ray


def doubled(start: int) -> int:
    return start * 2


def squared(start: int) -> int:
    return start * start


def total(doubled: int, squared: int) -> int:
    return doubled + squared


module = ad_hoc_utils.create_temporary_module(doubled, squared, total, module_name="numbers_of_hamilton")
adapter = h_ray.RayGraphAdapter(base.DictResult(), ray_init_config={"ignore_reinit_error": True})
graph = driver.Builder().with_modules(module).with_adapters(adapter).build()
print(graph.execute(["total", "squared"], inputs={"start": 5}))
