from ray_client.rllib.algorithms.iql.iql import *
