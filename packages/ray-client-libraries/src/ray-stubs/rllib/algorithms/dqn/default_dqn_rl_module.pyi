from ray_client.rllib.algorithms.dqn.default_dqn_rl_module import *
