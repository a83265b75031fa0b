from ray_client.rllib.algorithms.marwil.marwil_torch_policy import *
