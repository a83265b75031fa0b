from ray_client.rllib.algorithms.tqc import *
