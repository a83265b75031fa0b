from ray_client.rllib.algorithms.ppo.default_ppo_rl_module import *
