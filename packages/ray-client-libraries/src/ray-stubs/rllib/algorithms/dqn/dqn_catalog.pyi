from ray_client.rllib.algorithms.dqn.dqn_catalog import *
