from ray_client.rllib.algorithms.iql.iql_learner import *
