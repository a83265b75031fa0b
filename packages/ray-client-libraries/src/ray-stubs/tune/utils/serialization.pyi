from ray_client.tune.utils.serialization import *
