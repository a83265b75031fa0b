from ray_client.rllib.algorithms.marwil.marwil_learner import *
