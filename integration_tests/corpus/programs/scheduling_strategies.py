"""Where tasks run: anywhere, spread, on a node that is named, or on a node with a label."""

import ray
from ray.util.scheduling_strategies import In, NodeAffinitySchedulingStrategy, NodeLabelSchedulingStrategy

ray.init()


@ray.remote(num_cpus=0.5)
def node():
    return ray.get_runtime_context().get_node_id()


here = ray.nodes()[0]["NodeID"]
print(ray.get(node.options(scheduling_strategy="SPREAD").remote()) == here)
print(ray.get(node.options(scheduling_strategy="DEFAULT").remote()) == here)
print(ray.get(node.options(scheduling_strategy=NodeAffinitySchedulingStrategy(here, soft=False)).remote()) == here)
label = NodeLabelSchedulingStrategy(hard={"ray.io/node-id": In(here)})
print(ray.get(node.options(scheduling_strategy=label).remote()) == here)

for is_soft in (True, False):
    try:
        NodeAffinitySchedulingStrategy("f" * len(here), soft=is_soft)
    except ValueError as error:
        print("no such node:", "Invalid node_id" in str(error))

try:
    node.options(scheduling_strategy="ANYWHERE").remote()
except ValueError as error:
    print("unknown:", "ANYWHERE" in str(error))
