from ray_client.rllib.algorithms.sac.torch import *
