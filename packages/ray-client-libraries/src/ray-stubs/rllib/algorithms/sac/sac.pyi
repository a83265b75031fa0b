from ray_client.rllib.algorithms.sac.sac import *
