from ray_client.tune.context import *
