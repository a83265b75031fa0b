from ray_client.tune.utils.callback import *
