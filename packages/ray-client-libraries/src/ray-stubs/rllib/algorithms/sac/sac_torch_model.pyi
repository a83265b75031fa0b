from ray_client.rllib.algorithms.sac.sac_torch_model import *
