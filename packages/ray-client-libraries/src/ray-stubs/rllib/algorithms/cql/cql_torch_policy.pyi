from ray_client.rllib.algorithms.cql.cql_torch_policy import *
