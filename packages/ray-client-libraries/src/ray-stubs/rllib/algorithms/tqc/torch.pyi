from ray_client.rllib.algorithms.tqc.torch import *
