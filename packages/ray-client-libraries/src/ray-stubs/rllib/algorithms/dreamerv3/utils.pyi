from ray_client.rllib.algorithms.dreamerv3.utils import *
