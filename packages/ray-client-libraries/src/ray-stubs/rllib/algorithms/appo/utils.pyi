from ray_client.rllib.algorithms.appo.utils import *
