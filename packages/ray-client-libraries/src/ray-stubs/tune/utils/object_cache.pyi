from ray_client.tune.utils.object_cache import *
