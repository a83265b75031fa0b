from ray_client.rllib.algorithms.dreamerv3.dreamerv3 import *
