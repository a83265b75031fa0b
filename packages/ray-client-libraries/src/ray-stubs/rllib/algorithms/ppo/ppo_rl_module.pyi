from ray_client.rllib.algorithms.ppo.ppo_rl_module import *
