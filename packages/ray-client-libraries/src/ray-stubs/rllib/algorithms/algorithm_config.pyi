from ray_client.rllib.algorithms.algorithm_config import *
