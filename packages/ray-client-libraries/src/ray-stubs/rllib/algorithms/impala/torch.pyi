from ray_client.rllib.algorithms.impala.torch import *
