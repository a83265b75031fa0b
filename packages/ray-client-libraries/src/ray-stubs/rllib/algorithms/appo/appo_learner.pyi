from ray_client.rllib.algorithms.appo.appo_learner import *
