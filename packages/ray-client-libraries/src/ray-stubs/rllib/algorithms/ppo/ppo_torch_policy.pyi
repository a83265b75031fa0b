from ray_client.rllib.algorithms.ppo.ppo_torch_policy import *
