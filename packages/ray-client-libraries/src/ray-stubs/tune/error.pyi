from ray_client.tune.error import *
