from ray_client.rllib.algorithms.appo import *
