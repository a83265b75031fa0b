from ray_client.rllib.algorithms.bc.torch import *
