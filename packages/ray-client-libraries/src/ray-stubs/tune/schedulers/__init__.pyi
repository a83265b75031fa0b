from ray_client.tune.schedulers import *
