from ray_client.rllib.algorithms.appo.torch import *
