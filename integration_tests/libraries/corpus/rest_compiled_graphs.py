"""A graph of actors' methods, compiled where the driver is."""

import ray
from ray.dag import InputNode, MultiOutputNode

context = ray.init()
run = getattr(context, "run", lambda function, *args, **kwargs: function(*args, **kwargs))


@ray.remote(num_cpus=0)
class Stage:
    def __init__(self, plus):
        self.plus = plus

    def go(self, value):
        return value + self.plus


def compute(first, second, values):
    with InputNode() as value:
        middle = first.go.bind(value)
        graph = MultiOutputNode([middle, second.go.bind(middle)])
    compiled = graph.experimental_compile()
    try:
        return [ray.get(compiled.execute(value)) for value in values]
    finally:
        compiled.teardown()


print(run(compute, Stage.remote(1), Stage.remote(10), [0, 5, 7]))
