"""Add arrays up as a tree of tasks, in a placement group and in a task that grows the tree itself."""

import numpy as np

import ray
from ray.util.placement_group import placement_group, remove_placement_group
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

SIZE = 100_000


@ray.remote(num_cpus=0.5)
def leaf(number, scale):
    return np.arange(SIZE) * number * scale


@ray.remote
def add(left, right):
    return left + right


@ray.remote(num_cpus=0)
def reduce_inside(references):
    """The same tree, grown by a task."""
    while len(references) > 1:
        references = [add.remote(*references[at : at + 2]) for at in range(0, len(references), 2)]
    return references


def reduce_tree(references, strategy):
    level = list(references)
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [add.options(scheduling_strategy=strategy).remote(*pair) for pair in pairs]
    return level[0]


ray.init()
scale = ray.put(2)
group = placement_group([{"CPU": 1}, {"CPU": 1}], strategy="PACK")
ray.get(group.ready())
print(len(group.bundle_specs), group.wait(30))
leaves = [leaf.remote(number, scale) for number in range(8)]
strategy = PlacementGroupSchedulingStrategy(placement_group=group)
result = ray.get(reduce_tree(leaves, strategy))
print(result[:4].tolist(), bool((result == np.arange(SIZE) * 56).all()), result.flags.writeable)
remove_placement_group(group)

[inner] = ray.get(reduce_inside.remote(leaves))
print(isinstance(inner, ray.ObjectRef), int(ray.get(inner).sum()) == int(result.sum()))
