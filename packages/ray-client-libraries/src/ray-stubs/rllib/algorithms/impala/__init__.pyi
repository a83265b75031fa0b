from ray_client.rllib.algorithms.impala import *
