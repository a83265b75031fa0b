from ray_client.rllib.algorithms.marwil import *
