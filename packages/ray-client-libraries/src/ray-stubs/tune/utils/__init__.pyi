from ray_client.tune.utils import *
