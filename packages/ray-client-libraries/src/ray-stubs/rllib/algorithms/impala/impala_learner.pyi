from ray_client.rllib.algorithms.impala.impala_learner import *
