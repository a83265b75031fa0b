from ray_client.rllib.algorithms.sac.sac_torch_policy import *
