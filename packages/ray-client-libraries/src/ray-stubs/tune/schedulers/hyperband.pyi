from ray_client.tune.schedulers.hyperband import *
