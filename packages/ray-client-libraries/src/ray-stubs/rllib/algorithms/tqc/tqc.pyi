from ray_client.rllib.algorithms.tqc.tqc import *
