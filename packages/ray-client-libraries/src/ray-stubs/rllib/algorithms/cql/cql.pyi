from ray_client.rllib.algorithms.cql.cql import *
