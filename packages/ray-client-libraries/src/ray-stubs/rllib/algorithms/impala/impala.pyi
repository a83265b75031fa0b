from ray_client.rllib.algorithms.impala.impala import *
