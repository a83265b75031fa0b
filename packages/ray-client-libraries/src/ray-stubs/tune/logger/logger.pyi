from ray_client.tune.logger.logger import *
