from ray_client.tune.result import *
