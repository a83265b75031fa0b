from ray_client.rllib.algorithms.mock import *
