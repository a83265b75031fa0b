from ray_client.rllib.algorithms.appo.appo_torch_policy import *
