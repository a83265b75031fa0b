from ray_client.rllib.algorithms.impala.impala_torch_policy import *
