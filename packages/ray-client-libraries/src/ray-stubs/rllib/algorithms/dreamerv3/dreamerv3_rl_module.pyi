from ray_client.rllib.algorithms.dreamerv3.dreamerv3_rl_module import *
