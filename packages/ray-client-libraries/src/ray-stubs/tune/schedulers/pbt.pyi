from ray_client.tune.schedulers.pbt import *
