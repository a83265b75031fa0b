from ray_client.tune.utils.util import *
