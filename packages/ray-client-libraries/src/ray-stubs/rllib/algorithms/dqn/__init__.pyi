from ray_client.rllib.algorithms.dqn import *
