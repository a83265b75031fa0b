"""References inside values: a linked list whose elements lie in the store, and a tree of them."""

import ray


class Node:
    def __init__(self, value, following=None):
        self.value = value
        self.following = following


def build(values):
    head = None
    for value in reversed(values):
        head = ray.put(Node(value, head))
    return head


@ray.remote
def walk(wrapped):
    values, reference = [], wrapped[0]
    while reference is not None:
        node = ray.get(reference)
        values.append(node.value)
        reference = node.following
    return values


@ray.remote
def prepend(value, wrapped):
    return ray.put(Node(value, wrapped[0]))


@ray.remote
class Keeper:
    def __init__(self):
        self.kept = {}

    def keep(self, name, wrapped):
        self.kept[name] = wrapped["reference"]

    def give(self, name):
        return self.kept[name]


head = build(["c", "d", "e"])
print(ray.get(walk.remote([head])))
longer = ray.get(prepend.remote("b", [head]))
print(isinstance(longer, ray.ObjectRef), ray.get(walk.remote([longer])))

keeper = Keeper.remote()
ray.get(keeper.keep.remote("mine", {"reference": ray.put("kept in the store")}))
inner = ray.get(keeper.give.remote("mine"))
print(inner if isinstance(inner, str) else ray.get(inner))
same = ray.get(keeper.give.remote("mine"))
print(same == inner)
tree = ray.put([ray.put(1), [ray.put(2), {"three": ray.put(3)}]])
left, (middle, right) = ray.get(tree)
print(ray.get([left, middle, right["three"]]))
