from ray_client.rllib.algorithms.cql import *
