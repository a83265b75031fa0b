from ray_client.tune.schedulers.resource_changing_scheduler import *
