from ray_client.tune.analysis import *
