from ray_client.tune.schedulers.median_stopping_rule import *
