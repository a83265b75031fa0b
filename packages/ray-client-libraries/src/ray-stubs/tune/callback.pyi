from ray_client.tune.callback import *
