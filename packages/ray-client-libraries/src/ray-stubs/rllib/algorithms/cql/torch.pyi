from ray_client.rllib.algorithms.cql.torch import *
