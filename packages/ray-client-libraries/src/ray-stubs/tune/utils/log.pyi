from ray_client.tune.utils.log import *
