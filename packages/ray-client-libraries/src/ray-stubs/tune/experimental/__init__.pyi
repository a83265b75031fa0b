from ray_client.tune.experimental import *
