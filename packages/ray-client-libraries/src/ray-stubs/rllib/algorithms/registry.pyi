from ray_client.rllib.algorithms.registry import *
