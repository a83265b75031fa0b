"""The names of a library that this cluster has no packages for: they import, and say what is missing."""

try:
    from ray.rllib.algorithms.ppo import PPOConfig

    PPOConfig()
except ImportError as error:
    print(isinstance(error, ImportError), "gymnasium" in str(error))
