from ray_client.tune import *
