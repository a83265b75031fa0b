from ray_client.tune.schedulers.util import *
