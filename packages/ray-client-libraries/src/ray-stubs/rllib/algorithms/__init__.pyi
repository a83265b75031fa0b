from ray_client.rllib.algorithms import *
