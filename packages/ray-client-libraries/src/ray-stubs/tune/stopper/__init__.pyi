from ray_client.tune.stopper import *
