from ray_client.tune.tune import *
