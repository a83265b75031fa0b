from ray_client.rllib.algorithms.appo.default_appo_rl_module import *
