"""Pattern: a tree of actors, where those in the middle look after those below them."""

import ray


@ray.remote(num_cpus=0)
class Trainer:
    def __init__(self, rate):
        self.rate = rate
        self.value = 100.0

    def train(self, steps):
        for _ in range(steps):
            self.value -= self.rate * self.value
        return self.value


@ray.remote(num_cpus=0)
class Group:
    def __init__(self, rates):
        self.trainers = {rate: Trainer.remote(rate) for rate in rates}

    def train(self, steps):
        values = ray.get([trainer.train.remote(steps) for trainer in self.trainers.values()])
        return min(zip(values, self.trainers))

    def replace(self, worst, better):
        ray.kill(self.trainers.pop(worst))
        self.trainers[better] = Trainer.remote(better)
        return sorted(self.trainers)


groups = [Group.remote(rates) for rates in ([0.1, 0.2], [0.3, 0.05])]
for round_ in range(2):
    best = ray.get([group.train.remote(5) for group in groups])
    print(round_, [(round(value, 3), rate) for value, rate in best])
print(ray.get(groups[0].replace.remote(0.1, 0.5)))
print(round(ray.get(groups[0].train.remote(1))[0], 3))
