from ray_client.rllib.algorithms.dqn.dqn import *
