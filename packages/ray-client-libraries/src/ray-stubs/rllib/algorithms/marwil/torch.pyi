from ray_client.rllib.algorithms.marwil.torch import *
