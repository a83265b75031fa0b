from ray_client.tune.schedulers.hb_bohb import *
