from ray_client.rllib.algorithms.impala.utils import *
