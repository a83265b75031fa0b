from ray_client.rllib.algorithms.iql import *
