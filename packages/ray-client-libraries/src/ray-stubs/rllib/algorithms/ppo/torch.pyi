from ray_client.rllib.algorithms.ppo.torch import *
