from ray_client.rllib.algorithms.dreamerv3 import *
