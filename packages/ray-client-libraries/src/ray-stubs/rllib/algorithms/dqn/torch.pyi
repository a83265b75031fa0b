from ray_client.rllib.algorithms.dqn.torch import *
