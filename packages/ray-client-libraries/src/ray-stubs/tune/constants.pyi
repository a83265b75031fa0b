from ray_client.tune.constants import *
