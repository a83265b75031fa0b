from ray_client.tune.utils.mock import *
