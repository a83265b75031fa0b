from ray_client.tune.schedulers.async_hyperband import *
