from ray_client.tune.resources import *
