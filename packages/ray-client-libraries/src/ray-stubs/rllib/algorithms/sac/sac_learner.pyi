from ray_client.rllib.algorithms.sac.sac_learner import *
