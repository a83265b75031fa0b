"""Actors that are ended, come back, and end themselves; errors that say why; graphs of calls."""

import ray
from ray.actor import exit_actor
from ray.dag import InputNode
from ray.exceptions import ActorDiedError, RayActorError, RayTaskError


class BadInput(Exception):
    def __init__(self, value):
        super().__init__(f"cannot use {value!r}")
        self.value = value


@ray.remote(max_restarts=1, num_cpus=0)
class Fragile:
    def __init__(self):
        self.calls = 0

    def call(self):
        self.calls += 1
        return self.calls

    def leave(self):
        exit_actor()


@ray.remote(max_retries=0)
def parse(value):
    if not value.isdigit():
        raise BadInput(value)
    return int(value)


@ray.remote
def double(number):
    return 2 * number


ray.init()
fragile = Fragile.remote()
print(ray.get([fragile.call.remote() for _ in range(3)]))
ray.kill(fragile, no_restart=False)
value = None
while value != 1:
    try:
        value = ray.get(fragile.call.remote())
    except RayActorError:
        continue
print("came back", ray.get(fragile.call.remote()))
try:
    ray.get(fragile.leave.remote())
except ActorDiedError as error:
    print(type(error).__name__, isinstance(error, RayActorError))
try:
    ray.get(double.remote(parse.remote("x")))
except BadInput as error:
    print(isinstance(error, RayTaskError), type(error.cause).__name__, error.cause.value)
with InputNode() as number:
    graph = double.bind(double.bind(parse.bind(number)))
print(ray.get(graph.execute("5")))
