from ray_client.rllib.algorithms.iql.torch import *
