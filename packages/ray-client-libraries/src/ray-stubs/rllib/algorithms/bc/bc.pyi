from ray_client.rllib.algorithms.bc.bc import *
