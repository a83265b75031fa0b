from ray_client.rllib.algorithms.sac import *
