from ray_client.tune.logger import *
