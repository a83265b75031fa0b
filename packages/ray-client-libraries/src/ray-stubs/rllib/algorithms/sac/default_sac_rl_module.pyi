from ray_client.rllib.algorithms.sac.default_sac_rl_module import *
