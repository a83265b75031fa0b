"""Graphs: calls are bound first and executed when the inputs are there."""

import ray
from ray.dag import InputNode, MultiOutputNode

ray.init()


@ray.remote
def load(size):
    return list(range(size))


@ray.remote
def scale(values, factor):
    return [value * factor for value in values]


@ray.remote
def join(left, right):
    return [*left, *right]


@ray.remote(num_cpus=0)
class Model:
    def __init__(self, bias):
        self.bias = bias
        self.calls = 0

    def predict(self, values):
        self.calls += 1
        return sum(values) + self.bias

    def count(self):
        return self.calls


plain = join.bind(scale.bind(load.bind(3), 2), load.bind(2))
print(ray.get(plain.execute()))

with InputNode() as size:
    loaded = load.bind(size)
    graph = join.bind(loaded, scale.bind(loaded, 10))
print(ray.get(graph.execute(3)), ray.get(graph.execute(1)))

with InputNode() as inputs:
    named = scale.bind(load.bind(inputs[0]), inputs.factor)
print(ray.get(named.execute(4, factor=-1)))

model = Model.remote(100)
with InputNode() as values:
    outputs = MultiOutputNode([model.predict.bind(values), model.predict.bind(scale.bind(values, 2))])
print(ray.get(outputs.execute([1, 2, 3])), ray.get(model.count.remote()))

lazy = Model.bind(5)
print(ray.get(lazy.predict.bind([1]).execute()))
