from ray_client.rllib.algorithms.iql.default_iql_rl_module import *
