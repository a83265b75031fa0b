from ray_client.tune.experimental.output import *
