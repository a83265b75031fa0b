"""A made-up resource as a limit: of all tasks that need the only licence at most one runs."""

import ray


@ray.remote(num_cpus=0)
class Witness:
    def __init__(self):
        self.running = self.most = 0

    def enter(self):
        self.running += 1
        self.most = max(self.most, self.running)

    def leave(self):
        self.running -= 1

    def most_at_once(self):
        return self.most


@ray.remote(num_cpus=0.1, resources={"rig": 8})
def licensed(witness, number):
    ray.get(witness.enter.remote())
    ray.get(witness.leave.remote())
    return number


witness = Witness.remote()
print(ray.get([licensed.remote(witness, number) for number in range(6)]))
print("most at once:", ray.get(witness.most_at_once.remote()))
