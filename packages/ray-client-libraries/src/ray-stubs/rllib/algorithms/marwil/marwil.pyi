from ray_client.rllib.algorithms.marwil.marwil import *
