"""A trainable of one's own used without Tune: steps, its state, saved and restored."""

import os
import tempfile

from ray import tune


class Counter(tune.Trainable):
    """Counts."""

    kind = "counter"

    def setup(self, config):
        self.count, self.seen = config.get("start", 0), []

    def step(self):
        self.count += 1
        self.seen.append(self.count)
        return {"count": self.count, "done": self.count >= 3}

    def save_checkpoint(self, directory):
        with open(os.path.join(directory, "count"), "w") as file:
            file.write(str(self.count))

    def load_checkpoint(self, directory):
        with open(os.path.join(directory, "count")) as file:
            self.count = int(file.read())


counter = Counter({"start": 1})
result = counter.train()
print(result["count"], result["done"], counter.training_iteration, counter.seen, counter.count, counter.config)
print(Counter.kind, counter.kind, Counter.__doc__, isinstance(counter, tune.Trainable), counter.get_config())
with tempfile.TemporaryDirectory() as directory:
    counter.save(directory)
    other = Counter()
    print(other.count, other.iteration)
    other.restore(directory)
    print(other.count, other.iteration, other.train()["count"])
counter.count = 10
print(counter.train()["count"], counter.reset_config({}))
counter.stop()
