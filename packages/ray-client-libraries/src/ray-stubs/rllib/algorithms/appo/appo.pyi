from ray_client.rllib.algorithms.appo.appo import *
