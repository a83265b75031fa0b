"""A class as a trainable, with steps, checkpoints and an end."""

import json
import os
import tempfile

from ray import tune


class Climb(tune.Trainable):
    def setup(self, config):
        self.height, self.pace = 0, config["pace"]

    def step(self):
        self.height += self.pace
        return {"height": self.height, "done": self.height >= 12}

    def save_checkpoint(self, checkpoint_dir):
        with open(os.path.join(checkpoint_dir, "height.json"), "w") as file:
            json.dump(self.height, file)

    def load_checkpoint(self, checkpoint_dir):
        with open(os.path.join(checkpoint_dir, "height.json")) as file:
            self.height = json.load(file)


with tempfile.TemporaryDirectory() as place:
    run_config = tune.RunConfig(
        storage_path=place,
        verbose=0,
        stop={"training_iteration": 5},
        checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=True, checkpoint_frequency=2),
    )
    results = tune.Tuner(Climb, param_space={"pace": tune.grid_search([2, 4])}, run_config=run_config).fit()
    for result in sorted(results, key=lambda result: result.config["pace"]):
        print(result.config["pace"], result.metrics["height"], result.metrics["training_iteration"])
        with open(os.path.join(result.checkpoint.path, "height.json")) as file:
            print("saved", json.load(file))
