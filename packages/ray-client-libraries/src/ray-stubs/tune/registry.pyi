from ray_client.tune.registry import *
