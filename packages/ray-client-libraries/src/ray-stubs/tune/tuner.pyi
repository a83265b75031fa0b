from ray_client.tune.tuner import *
