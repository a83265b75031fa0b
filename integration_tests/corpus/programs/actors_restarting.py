"""An actor that dies comes back with the arguments that it was made with, and without what it had learnt since."""

import os

import ray
from ray.exceptions import ActorUnavailableError, RayActorError

ray.init(log_to_driver=False)


@ray.remote(max_restarts=2, max_task_retries=-1, num_cpus=0)
class Robot:
    def __init__(self, name):
        self.name = name
        self.steps = 0

    def walk(self):
        self.steps += 1
        return self.name, self.steps

    def process(self):
        return os.getpid()


@ray.remote(max_restarts=1, num_cpus=0)
class Unlucky:
    def trip(self):
        os._exit(1)

    def stand(self):
        return "standing"


robot = Robot.remote("R2")
print(ray.get([robot.walk.remote() for _ in range(3)]))
before = ray.get(robot.process.remote())
ray.kill(robot, no_restart=False)
while ray.get(robot.process.remote()) == before:
    pass
print("in another process:", ray.get(robot.walk.remote()))


def stands(actor):
    while True:
        try:
            return ray.get(actor.stand.remote())
        except ActorUnavailableError:
            continue  # it is on its way back
        except RayActorError:
            return "down for good"


unlucky = Unlucky.remote()
for _ in range(2):
    try:
        ray.get(unlucky.trip.remote())
    except RayActorError as error:
        print("tripped:", isinstance(error, ray.exceptions.RayError), stands(unlucky))
