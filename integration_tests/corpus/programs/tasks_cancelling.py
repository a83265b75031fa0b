"""A task that is not wanted any more is cancelled: while it waits in line, and while it runs."""

import time

import ray
from ray.exceptions import TaskCancelledError, WorkerCrashedError


@ray.remote(num_cpus=0)
class Switch:
    def __init__(self):
        self.is_on = False

    def turn_on(self):
        self.is_on = True

    def state(self):
        return self.is_on


@ray.remote
def digs(switch):
    switch.turn_on.remote()
    while True:
        time.sleep(0.01)


@ray.remote(resources={"no such thing": 1})
def never_starts():
    return "impossible"


@ray.remote
def done():
    return 7


switch = Switch.remote()
digging = digs.remote(switch)
while not ray.get(switch.state.remote()):
    pass
ray.cancel(digging)
try:
    ray.get(digging)
except TaskCancelledError:
    print("stopped while digging")

waiting = never_starts.remote()
ray.cancel(waiting)
try:
    ray.get(waiting)
except TaskCancelledError as error:
    print("never began:", type(error).__name__)

finished = done.remote()
print(ray.get(finished))
ray.cancel(finished)
print("still", ray.get(finished))

again = digs.remote(switch)
ray.cancel(again, force=True)
try:
    ray.get(again)
except (TaskCancelledError, WorkerCrashedError) as error:
    print("forced:", isinstance(error, ray.exceptions.RayError))
