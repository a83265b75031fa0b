"""Resources are numbers that tasks and actors take and give back; who asks for too much waits."""

import ray


@ray.remote
def assigned():
    return ray.get_runtime_context().get_assigned_resources()


@ray.remote(num_cpus=0, resources={"rig": 2})
class Crane:
    def lift(self, kilos):
        return f"{kilos} kg"

    def resources(self):
        return ray.get_runtime_context().get_assigned_resources()


ray.init()
total = ray.cluster_resources()
print(total["CPU"], total["rig"])
for options in ({}, {"num_cpus": 2}, {"num_cpus": 0.25}, {"num_cpus": 0, "resources": {"rig": 0.5}}):
    print(options, ray.get(assigned.options(**options).remote()))

crane = Crane.remote()
print(ray.get(crane.lift.remote(500)), ray.get(crane.resources.remote()))

too_much = assigned.options(resources={"rig": 1000}).remote()
ready, waiting = ray.wait([too_much], timeout=0.1)
print("waits:", len(ready), len(waiting))
ray.cancel(too_much)
try:
    ray.get(too_much)
except ray.exceptions.TaskCancelledError:
    print("given up")

for wrong in ({"num_cpus": "two"}, {"resources": {"CPU": 1}}, {"num_gpus": -1}):
    try:
        assigned.options(**wrong).remote()
    except (TypeError, ValueError) as error:
        print(type(error).__name__, list(wrong))
