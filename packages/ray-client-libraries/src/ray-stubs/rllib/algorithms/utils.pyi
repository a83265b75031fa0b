from ray_client.rllib.algorithms.utils import *
