from ray_client.rllib.algorithms.cql.cql_tf_policy import *
