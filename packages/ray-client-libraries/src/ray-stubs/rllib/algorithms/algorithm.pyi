from ray_client.rllib.algorithms.algorithm import *
