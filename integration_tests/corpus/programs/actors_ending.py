"""The ways in which an actor ends: nobody has its handle, `kill`, by its own hand, or its process dies."""

import os
import sys

import ray
from ray.exceptions import ActorDiedError, ActorUnavailableError, RayActorError

ray.init(log_to_driver=False)


@ray.remote(num_cpus=0)
class Candle:
    def burn(self):
        return "burning"

    def blow_out(self):
        ray.actor.exit_actor()

    def fall_over(self):
        os._exit(3)

    def leave(self):
        sys.exit(0)


def is_out(candle):
    while True:  # its end takes a moment
        try:
            ray.get(candle.burn.remote())
        except ActorUnavailableError:  # its process has gone, and the cluster has not yet said why
            continue
        except RayActorError as error:
            return isinstance(error, ActorDiedError)


killed = Candle.remote()
print(ray.get(killed.burn.remote()))
ray.kill(killed)
print("killed:", is_out(killed))

by_itself = Candle.remote()
try:
    ray.get(by_itself.blow_out.remote())
except ActorDiedError as error:
    print("blown out:", "exit_actor" in str(error), is_out(by_itself))

crashed = Candle.remote()
try:
    ray.get(crashed.fall_over.remote())
except RayActorError:
    print("fallen over:", is_out(crashed))

left = Candle.remote()
try:
    ray.get(left.leave.remote())
except RayActorError:
    print("left:", is_out(left))

last = Candle.remote()
lit = last.burn.remote()
del last
print("what was called before is still done:", ray.get(lit))

try:
    ray.kill("candle")
except (TypeError, ValueError) as error:
    print("not an actor:", type(error).__name__)
