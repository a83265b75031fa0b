from ray_client.rllib.algorithms.appo.appo_rl_module import *
