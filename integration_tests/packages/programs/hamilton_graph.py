"""apache-hamilton: the nodes of a graph of functions are tasks of the cluster."""

import sys

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

import hamilton_nodes
from hamilton import base, driver
from hamilton.plugins import h_ray

adapter = h_ray.RayGraphAdapter(base.DictResult(), ray_init_config={"ignore_reinit_error": True})
graph = driver.Builder().with_modules(hamilton_nodes).with_adapters(adapter).build()
print(graph.execute(["total", "squared"], inputs={"start": 5}))
