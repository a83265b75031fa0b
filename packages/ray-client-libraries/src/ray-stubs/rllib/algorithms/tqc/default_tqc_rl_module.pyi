from ray_client.rllib.algorithms.tqc.default_tqc_rl_module import *
