"""A supervisor restarts the workers that fail, and goes on from where each of them was."""

import os

import ray
from ray.exceptions import RayActorError

ray.init(log_to_driver=False)


@ray.remote(num_cpus=0)
class Checkpoints:
    def __init__(self):
        self.saved = {}

    def save(self, name, position):
        self.saved[name] = position

    def load(self, name):
        return self.saved.get(name, 0)


@ray.remote(num_cpus=0)
class Reader:
    def __init__(self, name, checkpoints, breaks_at):
        self.name = name
        self.checkpoints = checkpoints
        self.breaks_at = breaks_at
        self.position = ray.get(checkpoints.load.remote(name))

    def read(self, upto):
        while self.position < upto:
            if self.position == self.breaks_at:
                os._exit(1)
            self.position += 1
            ray.get(self.checkpoints.save.remote(self.name, self.position))
        return self.position


class Supervisor:
    def __init__(self, names):
        self.checkpoints = Checkpoints.remote()
        self.restarts = dict.fromkeys(names, 0)

    def run(self, name, upto, breaks_at):
        while True:
            reader = Reader.remote(name, self.checkpoints, breaks_at)
            try:
                return ray.get(reader.read.remote(upto))
            except RayActorError:
                self.restarts[name] += 1
                breaks_at = breaks_at + 2 if self.restarts[name] < 2 else None


supervisor = Supervisor(["left", "right"])
print(supervisor.run("left", 6, breaks_at=2), supervisor.run("right", 3, breaks_at=None))
print(supervisor.restarts)
