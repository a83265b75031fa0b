from ray_client.rllib.algorithms.bc import *
