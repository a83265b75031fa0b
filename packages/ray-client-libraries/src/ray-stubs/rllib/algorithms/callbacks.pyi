from ray_client.rllib.algorithms.callbacks import *
