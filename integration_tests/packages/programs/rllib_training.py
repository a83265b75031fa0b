"""RLlib trains an algorithm for two rounds, with PyTorch, and gives its module and a checkpoint."""

import os
import sys
import tempfile

import ray
from ray.rllib.algorithms.ppo import PPOConfig

if sys.argv[1:] == ["init"]:
    ray.init()

config = (
    PPOConfig()
    .environment("CartPole-v1")
    .env_runners(num_env_runners=1, num_cpus_per_env_runner=0.5)
    .training(train_batch_size_per_learner=200, minibatch_size=100, num_epochs=1)
    .debugging(seed=1)
)
algorithm = config.build_algo()
for _ in range(2):
    result = algorithm.train()
    print(result["training_iteration"], result["env_runners"]["num_env_steps_sampled_lifetime"] > 0)
print(type(algorithm).__name__, type(algorithm.get_module()).__name__, algorithm.config.lr)
with tempfile.TemporaryDirectory() as directory:
    saved = algorithm.save_to_path(os.path.join(directory, "saved"))
    print(os.path.basename(str(saved)))
algorithm.stop()
